import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Watermark } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { Piscina } from 'piscina';
import type { ChunkIndex } from './index.ts';
import { quotes } from './lexical-terms.ts';
import { pages } from './pages.ts';
import type { DatabaseOptions } from './sqlite/database.ts';
import type * as worker from './sqlite/worker.ts';

export interface SqliteChunkIndexOptions extends DatabaseOptions {
  /** Threads that answer searches. */
  readers?: number;
}

type Worker = typeof worker;
type TaskName = keyof Worker;
type Result<Name extends TaskName> = ReturnType<Worker[Name]>;
type Run = <Name extends TaskName>(
  name: Name,
  argument?: Parameters<Worker[Name]>[0],
) => Promise<Result<Name>>;

/**
 * The embedded index: one SQLite file with FTS5 for words and sqlite-vec for exact nearest neighbours. One thread
 * writes, others read (WAL), so searches neither block the event loop nor wait for ingestion.
 * @throws {FreshetError} `FRESHET_STORAGE_FAILED`, `FRESHET_EMBEDDER_MISMATCH`.
 */
export async function openSqliteChunkIndex(options: SqliteChunkIndexOptions): Promise<ChunkIndex> {
  const { readers = 2, ...database } = options;
  const { path } = database;
  await mkdir(dirname(path), { recursive: true }).catch((cause: Error) => {
    throw storageFailure(path, cause);
  });
  const startPool = (threads: number) =>
    new Piscina({
      filename: new URL('./sqlite/worker.ts', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData: database,
    });
  const writing = startPool(1);
  const reading = startPool(readers);
  const runOn =
    (pool: Piscina): Run =>
    (name, argument) =>
      pool.run(argument, { name }).catch((cause: Error) => {
        throw storageFailure(path, cause);
      });
  const write = runOn(writing);
  const read = runOn(reading);

  async function close(): Promise<void> {
    await reading.close();
    await write('close').catch(() => {}); // the last connection to close folds the WAL into the file
    await writing.close();
  }

  try {
    const stored = await write('open');
    if (stored.embedder !== database.embedder || stored.dimensions !== database.dimensions) {
      throw new FreshetError('FRESHET_EMBEDDER_MISMATCH', {
        detail: `${path} holds vectors of ${stored.embedder}; the configured embedder is ${database.embedder}. Configure that one, or index into a new folder.`,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    readManifests: async (documents) => new Map(await read('readManifests', [...documents])),
    listManifests: (query) => pages(query, (next, limit) => read('manifestPage', { query: next, limit })),
    readVectors: async (document, embedder) => new Map(await read('readVectors', { document, embedder })),
    write: (documents) => write('write', [...documents]),
    async search(request) {
      // What is quoted narrows both lists: the vectors' one waits to see whether anything visible holds it.
      if (quotes(request.text)) return read('search', request);
      const [lexical, vector] = await Promise.all([
        read('searchWords', request),
        read('searchVectors', request),
      ]);
      return { lexical, vector };
    },
    suggest: async (access, words) => new Map(await read('suggest', { access, words: [...words] })),
    readHits: (access, hits) => read('readHits', { access, hits: [...hits] }),
    advanceWatermark: (watermark: Watermark) => write('advanceWatermark', [...watermark]),
    // A write is one transaction: it leaves nothing behind.
    removeLeftovers: async () => 0,
    watermark: async () => new Map(await read('watermark')),
    listSources: () => read('sources'),
    statistics: (tenant) => read('statistics', tenant),
    ping: async () => {
      await read('watermark');
    },
    close,
  };
}

/** SQLite's own words, and what an operator can do about the ones that are theirs to mend. */
function storageFailure(path: string, cause: Error): FreshetError {
  return new FreshetError('FRESHET_STORAGE_FAILED', { detail: `${path}: ${cause.message}`, cause });
}
