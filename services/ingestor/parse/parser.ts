import { FreshetError } from '@freshet/shared/errors';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import { watchBuffers } from './thread-memory.ts';
import type { AssignedTask, ParseResult, ParseTask, ParseWorkerData } from './worker.ts';

export type ParsedChunks = Exclude<ParseResult, { refused: unknown }>;

export interface DocumentParser {
  /** @throws {FreshetError} of status 422, with the code that says why the document cannot be read */
  parse(task: ParseTask): Promise<ParsedChunks>;
  close(): Promise<void>;
}

export interface DocumentParserOptions extends ParseWorkerData {
  threads?: number;
  /** A document that takes longer is refused, in milliseconds. */
  timeoutMs?: number;
  /** A document that needs more heap is refused. */
  maxHeapMiB?: number;
  /** A document that needs more memory outside the heap, where bytes are, is refused. */
  maxBuffersMiB?: number;
}

type Limit = 'time' | 'buffers';

/** Parsing and chunking in worker threads, so that no document can stall or kill the service. */
export function openDocumentParser({
  tokenizer,
  maxTokens,
  threads = 1,
  timeoutMs = 30_000,
  maxHeapMiB = 384,
  maxBuffersMiB = 256,
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

  async function run(parsing: ParseTask): Promise<ParseResult> {
    const assignee = new Int32Array(new SharedArrayBuffer(4));
    const task: AssignedTask = { ...parsing, assignee };
    const { content } = parsing;
    const finished = new AbortController();
    const limits = new AbortController();
    let exceeded: Limit | undefined;
    const exceed = (limit: Limit) => {
      exceeded ??= limit;
      limits.abort();
    };
    // Not AbortSignal.timeout: V8 would keep what listens to it until its time is over, long after the document.
    const timer = setTimeout(exceed, timeoutMs, 'time');
    watchBuffers(() => pool.threads.find(({ threadId }) => threadId === assignee[0]), {
      maxBytes: maxBuffersMiB * 1024 * 1024,
      onExceeded: () => exceed('buffers'),
      signal: finished.signal,
    });
    try {
      return await pool.run(task, {
        name: 'parseAndChunk',
        signal: limits.signal,
        // Its type is that of the browsers' overload of postMessage.
        transferList: (typeof content !== 'string' && isAlone(content) ? [content.buffer] : []) as never,
      });
    } catch (cause) {
      throw toError(cause, exceeded);
    } finally {
      clearTimeout(timer);
      finished.abort();
    }
  }

  function toError(cause: unknown, exceeded: Limit | undefined): FreshetError {
    if (exceeded === 'time') {
      const detail = `Parsing took more than ${timeoutMs / 1000} s: split the document, or raise PARSER_TIMEOUT_MS.`;
      return new FreshetError('FRESHET_PARSING_TOO_SLOW', { detail, cause });
    }
    const isOverHeap = (cause as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (isOverHeap || exceeded === 'buffers') {
      const [most, name] = isOverHeap
        ? [maxHeapMiB, 'PARSER_HEAP_MIB']
        : [maxBuffersMiB, 'PARSER_BUFFERS_MIB'];
      const detail = `Parsing took more than ${most} MiB of memory: split the document, or raise ${name}.`;
      return new FreshetError('FRESHET_PARSING_TOO_LARGE', { detail, cause });
    }
    const detail = `Parsing failed: ${(cause as Error).message}.`;
    return new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail, cause });
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

/** Whether nothing else shares the memory: small Buffers do. */
function isAlone(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === bytes.byteLength;
}
