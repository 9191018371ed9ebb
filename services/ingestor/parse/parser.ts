import { FreshetError } from '@freshet/shared/errors';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import type { ParseResult, ParseTask, ParseWorkerData } from './worker.ts';

export type ParsedChunks = Exclude<ParseResult, { refused: unknown }>;

export interface DocumentParser {
  /** @throws {FreshetError} `FRESHET_CONTENT_EMPTY`, `FRESHET_CONTENT_UNREADABLE` */
  parse(task: ParseTask): Promise<ParsedChunks>;
  close(): Promise<void>;
}

export interface DocumentParserOptions extends ParseWorkerData {
  threads?: number;
  /** A document that takes longer is refused, in milliseconds. */
  timeoutMs?: number;
  /** A document that needs more heap is refused. */
  maxHeapMiB?: number;
}

/** Parsing and chunking in worker threads, so that no document can stall or kill the service. */
export function openDocumentParser({
  tokenizer,
  maxTokens,
  threads = 1,
  timeoutMs = 30_000,
  maxHeapMiB = 384,
}: DocumentParserOptions): DocumentParser {
  const pool = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: { tokenizer, maxTokens } satisfies ParseWorkerData,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
  });
  // The pool has a queue too, but time in it would count against the limit of a document.
  const inTurn = pLimit(threads);

  async function run(task: ParseTask): Promise<ParseResult> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await pool.run(task, { name: 'parseAndChunk', signal });
    } catch (cause) {
      const reason = signal.aborted ? `took more than ${timeoutMs / 1000} s` : (cause as Error).message;
      throw new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail: `Parsing failed: ${reason}.`, cause });
    }
  }

  return {
    async parse(task) {
      const result = await inTurn(run, task);
      if ('refused' in result) throw new FreshetError(result.refused.code, { detail: result.refused.detail });
      return result;
    },
    close: () => pool.close({ force: true }),
  };
}
