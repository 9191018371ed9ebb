import type {} from '@fastify/sse';
import type { FastifyReply } from 'fastify';
import { FreshetError } from '../errors.ts';

export interface EventStream<Event extends { type: string }> {
  /**
   * Sends one event and waits until the socket takes more.
   * @throws {FreshetError} `FRESHET_DEADLINE_EXCEEDED` when the client has read nothing for `stallTimeoutMs`.
   * @throws the signal's reason when it is aborted.
   */
  send(event: Event): Promise<void>;
  /** Sends the last event of a stream that failed, even after the signal was aborted. Never throws. */
  fail(event: Event): Promise<void>;
}

export interface EventStreamOptions {
  signal: AbortSignal;
  /** How long a client may leave its socket full before its stream is cut off, in milliseconds. */
  stallTimeoutMs: number;
}

/**
 * Typed events over a reply of @fastify/sse: `event:` is the type and `id:` counts from 1.
 *
 * Its `send()` never settles when the client leaves under backpressure (fastify/sse issue 54), so each send
 * races with the request's signal and with a stall timer.
 */
export function createEventStream<Event extends { type: string }>(
  reply: FastifyReply,
  { signal, stallTimeoutMs }: EventStreamOptions,
): EventStream<Event> {
  let id = 0;
  let isCorked = false;

  /**
   * Events that came in one piece leave in one system call, which is what costs most in a stream. A tick comes
   * when all promises of this turn have settled; setImmediate would make the event loop poll once more for each.
   */
  function flushAtNextTick(): void {
    if (isCorked) return;
    isCorked = true;
    reply.raw.cork();
    process.nextTick(() => {
      isCorked = false;
      reply.raw.uncork();
    });
  }

  function write(event: Event): Promise<void> {
    id += 1;
    flushAtNextTick();
    return reply.sse.send({ id: String(id), event: event.type, data: event });
  }

  async function drained(sent: Promise<void>): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      reply.raw.destroy();
      reject(
        new FreshetError('FRESHET_DEADLINE_EXCEEDED', { detail: 'The client stopped reading its stream.' }),
      );
    }, stallTimeoutMs);
    try {
      await Promise.race([sent, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    async send(event) {
      signal.throwIfAborted();
      const sent = write(event);
      await (reply.raw.writableNeedDrain ? drained(sent) : sent);
    },
    async fail(event) {
      if (!reply.sse.isConnected || reply.raw.destroyed) return;
      // Not awaited: a client that does not read would hold up whoever waits for this stream's end.
      write(event).catch(() => {});
    },
  };
}
