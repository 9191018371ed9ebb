/** Brings the embedding model into the cache folder: `npm run -s models:fetch`. */
import { FreshetError } from '@freshet/shared/errors';
import { bgeSmallEn } from './bundle.ts';
import { defaultCacheDir } from './cache-dir.ts';
import { ensureWeights } from './ensure.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());

const cacheDir = defaultCacheDir();
let from = 'cache';
const log = {
  info: (fields: object) => {
    if ('source' in fields) from = String(fields.source);
  },
  warn: () => {},
};
try {
  await ensureWeights({ cacheDir, log, signal: interrupted.signal });
  console.log(`${bgeSmallEn.name}: ready in ${cacheDir} (${from})`);
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
