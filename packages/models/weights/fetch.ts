/**
 * Brings models into the cache folder: `npm run -s models:fetch`, the embedding model unless others are named after
 * `--`.
 */
import { FreshetError } from '@freshet/shared/errors';
import { bgeSmallEn, smolLm2, type WeightBundle } from './bundle.ts';
import { defaultCacheDir } from './cache-dir.ts';
import { ensureWeights } from './ensure.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

const bundles: readonly WeightBundle[] = [bgeSmallEn, smolLm2];
const cacheDir = defaultCacheDir();

async function bring(name: string): Promise<void> {
  const bundle = bundles.find((each) => each.name === name);
  if (!bundle) {
    const detail = `There is no model ${name} to fetch; there are ${bundles.map((each) => each.name).join(', ')}.`;
    throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail });
  }
  let from = 'cache';
  const log = {
    info: (fields: object) => {
      if ('source' in fields) from = String(fields.source);
    },
    warn: () => {},
  };
  await ensureWeights(bundle, { cacheDir, log, signal: interrupted.signal });
  console.log(`${name}: ready in ${cacheDir} (${from})`);
}

const [, , ...wanted] = process.argv;
try {
  for (const name of wanted.length > 0 ? wanted : [bgeSmallEn.name]) await bring(name);
} catch (error) {
  if (interrupted.signal.aborted) {
    process.exitCode = 130;
  } else if (error instanceof FreshetError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
