import { type ChildProcess, fork } from 'node:child_process';
import { FreshetError } from '@freshet/shared/errors';
import type { ModelPart } from '../model-generator.ts';
import type { CallMessage, EngineOptions, EngineRequest, FromModel, ToModel } from './messages.ts';
import { createSlots } from './slots.ts';

/** Answers that may wait for each that is written. */
const WAITING_PER_SEQUENCE = 8;
/** Time that the process has to end by itself. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface ModelProcess {
  /**
   * What the model says, once it is the call's turn. Ends the call in the process when the signal is aborted.
   * @throws {FreshetError} `FRESHET_CONTEXT_TOO_LONG`, `FRESHET_MODEL_THROTTLED` when too many wait,
   * `FRESHET_MODEL_BROKE_OFF` when the process dies, `FRESHET_MODEL_UNAVAILABLE` when it does not start again,
   * `FRESHET_SHUTTING_DOWN`.
   */
  generate(request: EngineRequest, signal: AbortSignal): AsyncGenerator<ModelPart>;
  close(): Promise<void>;
}

export interface ModelProcessOptions extends EngineOptions {
  /** Module that runs in the process; see worker.ts. */
  worker?: URL;
}

interface Call {
  deliver(message: CallMessage): void;
  /** Gives its turn to the next. */
  release(): void;
}

const ownWorker = new URL('./worker.ts', import.meta.url);

/**
 * A model in a process of its own, which is started again by the next call after it died.
 * @throws {FreshetError} as `openEngine` does.
 */
export async function openModelProcess({
  worker = ownWorker,
  ...options
}: ModelProcessOptions): Promise<ModelProcess> {
  const slots = createSlots(options.sequences, options.sequences * WAITING_PER_SEQUENCE);
  const calls = new Map<number, Call>();
  let lastId = 0;
  let running: Promise<ChildProcess> | undefined;
  let isClosed = false;

  function start(): Promise<ChildProcess> {
    const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
    const child = fork(worker, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message: FromModel) => {
      if ('id' in message) receive(message);
      else if (message.type === 'ready') resolve(child);
      else reject(toError(message));
    });
    // A message to a process that has just died: what was asked of it fails by its exit.
    child.on('error', (cause) => reject(died(cause.message, cause)));
    child.once('exit', (code, signal) => {
      running = undefined;
      const reason = `the process of the model ended by ${signal ?? `code ${code}`}`;
      reject(died(reason));
      for (const id of calls.keys())
        receive({ id, type: 'failed', code: 'FRESHET_MODEL_BROKE_OFF', detail: reason });
    });
    return promise;
  }

  function receive(message: CallMessage): void {
    const call = calls.get(message.id);
    call?.deliver(message);
    if (message.type !== 'finished' && message.type !== 'failed') return;
    calls.delete(message.id);
    call?.release();
  }

  function ready(): Promise<ChildProcess> {
    if (isClosed) throw new FreshetError('FRESHET_SHUTTING_DOWN', { detail: 'The local model is closed.' });
    running ??= start();
    return running;
  }

  async function* generate(request: EngineRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    const release = await slots.take(signal);
    const child = await ready().catch((error) => {
      release();
      throw error;
    });
    const id = ++lastId;
    const send = (message: ToModel) => void (child.connected && child.send(message));
    const inbox: CallMessage[] = [];
    let wake = () => {};
    const deliver = (message: CallMessage) => {
      inbox.push(message);
      wake();
    };
    calls.set(id, { deliver, release });
    // Whoever reads waits no longer; the turn is over when the model has said that it stopped.
    const stop = () => {
      send({ type: 'abort', id });
      wake();
    };
    send({ type: 'generate', id, ...request });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      for (;;) {
        signal.throwIfAborted();
        const message = inbox.shift();
        if (!message) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        if (message.type === 'failed') throw toError(message);
        const { id: _id, ...part } = message;
        if (part.type !== 'finished') {
          yield part;
          continue;
        }
        const { finishReason, inputTokens, outputTokens } = part;
        yield { type: 'finished', finishReason, usage: { inputTokens, outputTokens } };
        return;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      if (calls.has(id)) stop();
    }
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    const child = await running?.catch(() => undefined);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    child.send({ type: 'close' } satisfies ToModel);
    await ended;
    clearTimeout(late);
  }

  await ready();
  return { generate, close };
}

function toError({ code, detail }: { code: FreshetError['code']; detail: string }): FreshetError {
  return new FreshetError(code, { detail });
}

function died(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail: `The local model: ${detail}`, cause });
}
