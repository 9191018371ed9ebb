import { fileURLToPath } from 'node:url';
import { FreshetError } from '@freshet/shared/errors';
import { Piscina, queueOptionsSymbol } from 'piscina';
import { TextQueue, type Ticket } from './text-queue.ts';

export interface TextPoolOptions {
  /** Module that exports the tasks `open`, `embed` and `close`; see worker.ts. */
  worker?: URL;
  /** What the tasks find as `workerData`. */
  workerData: unknown;
  threads: number;
}

export interface TextPool {
  /** Version of the runtime that the threads have loaded. */
  readonly runtime: string;
  /** A text waits for the text that runs, and for those of its own kind that came before. */
  embed(text: string, kind: Ticket['kind'], signal?: AbortSignal): Promise<Float32Array>;
  /** Lets running texts finish; those that wait fail with FRESHET_SHUTTING_DOWN. */
  close(): Promise<void>;
}

const ownWorker = new URL('./worker.ts', import.meta.url);

/** Starts the threads and has each load the model. Throws FRESHET_MODEL_UNAVAILABLE when one cannot. */
export async function openTextPool({
  worker = ownWorker,
  workerData,
  threads,
}: TextPoolOptions): Promise<TextPool> {
  // ONNX Runtime 1.29 and later report every session to their maker. It reads the variable when it is loaded, from
  // the environment of the process: what a worker thread sets in its copy, it does not see.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  const queue = new TextQueue();
  /** Callers that wait. */
  const pending = new Map<Ticket, (error: unknown) => void>();
  /** Tasks that piscina has: those of callers that gave up in mid-run are here, and no longer above. */
  const tasks = new Map<Ticket, Promise<unknown>>();
  let stopped: FreshetError | undefined;
  let closing: Promise<void> | undefined;

  const pool = new Piscina({
    filename: fileURLToPath(worker),
    workerData,
    minThreads: threads,
    maxThreads: threads,
    taskQueue: queue,
    // Otherwise a task that finds no free thread goes back behind those that came after it.
    stricterFIFO: true,
    recordTiming: false,
  });
  // A thread that dies between two texts. Piscina starts another, unless it died at its own start: then nobody
  // would ever serve the queue.
  pool.on('error', (cause: unknown) => {
    if (pool.threads.length > 0) return;
    stopped ??= unavailable('The embedding threads do not start', cause);
    for (const [ticket, reject] of pending) {
      drop(ticket);
      reject(stopped);
    }
  });

  function drop(ticket: Ticket): boolean {
    const wasWaiting = queue.drop(ticket);
    if (wasWaiting) tasks.delete(ticket);
    return wasWaiting;
  }

  function run<Result>(name: string, ticket: Ticket, text?: string, signal?: AbortSignal): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    // The signal is not handed to piscina: it would kill the thread, with its model, in the middle of a run.
    const abort = () => {
      drop(ticket);
      reject(signal?.reason);
    };
    pending.set(ticket, reject);
    signal?.addEventListener('abort', abort, { once: true });
    const task = pool.run({ text, [queueOptionsSymbol]: ticket }, { name });
    tasks.set(ticket, task);
    task.then(resolve, reject).finally(() => tasks.delete(ticket));
    return promise.finally(() => {
      pending.delete(ticket);
      signal?.removeEventListener('abort', abort);
    });
  }

  /** One task for each thread: all are idle, and piscina prefers the idle one. */
  const runOnEach = <Result>(name: string) =>
    Promise.all(pool.threads.map(() => run<Result>(name, { kind: 'query' })));

  let runtime: string;
  try {
    runtime = (await runOnEach<string>('open'))[0]!;
  } catch (cause) {
    await pool.destroy();
    throw unavailable('The embedding model cannot be loaded', cause);
  }

  async function shutDown(): Promise<void> {
    stopped ??= new FreshetError('FRESHET_SHUTTING_DOWN', { detail: 'The embedder is closed.' });
    for (const [ticket, reject] of pending) if (drop(ticket)) reject(stopped);
    await Promise.allSettled(tasks.values());
    await runOnEach('close').catch(() => {});
    await pool.destroy();
  }

  return {
    runtime,
    async embed(text, kind, signal) {
      signal?.throwIfAborted();
      if (stopped) throw stopped;
      try {
        return await run<Float32Array>('embed', { kind }, text, signal);
      } catch (error) {
        if (error instanceof FreshetError || signal?.aborted) throw error;
        throw unavailable('The embedding thread failed', error);
      }
    },
    close: () => (closing ??= shutDown()),
  };
}

function unavailable(what: string, cause: unknown): FreshetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail: `${what}: ${reason}`, cause });
}
