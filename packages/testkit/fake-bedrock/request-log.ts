import type { ServerResponse } from 'node:http';

/** `failed` is what the fake was told to fail; `aborted` is a client that closed its socket before the end. */
export type Outcome = 'answered' | 'failed' | 'aborted';

export interface RecordedRequest {
  readonly operation: string;
  readonly modelId: string;
  readonly body: unknown;
  /** performance.now() */
  readonly receivedAt: number;
  /** When the first token was handed to the socket, by performance.now(). */
  firstTokenAt?: number;
  /** Tokens that were written. */
  tokens: number;
  outcome?: Outcome;
  /** Settles when the answer was written whole, or its socket closed. */
  readonly ended: Promise<Outcome>;
}

export interface RequestLog {
  /** The latest requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  readonly counts: { connections: number; requests: number; running: number; peak: number } & Record<
    Outcome,
    number
  >;
  /** The next request that comes. */
  next(): Promise<RecordedRequest>;
  begin(
    request: Pick<RecordedRequest, 'operation' | 'modelId' | 'body'>,
    response: ServerResponse,
  ): RecordedRequest;
}

/** What came, and how it ended. Only the latest `limit` requests are kept, for the fake also runs under load. */
export function createRequestLog({ limit = 1000 } = {}): RequestLog {
  const requests: RecordedRequest[] = [];
  const counts = { connections: 0, requests: 0, running: 0, peak: 0, answered: 0, failed: 0, aborted: 0 };
  let waiting: ((request: RecordedRequest) => void)[] = [];
  return {
    requests,
    counts,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    begin(request, response) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const record: RecordedRequest = {
        ...request,
        receivedAt: performance.now(),
        tokens: 0,
        ended: promise,
      };
      counts.requests += 1;
      counts.running += 1;
      counts.peak = Math.max(counts.peak, counts.running);
      requests.push(record);
      if (requests.length > limit) requests.shift();
      response.once('close', () => {
        record.outcome ??= response.writableFinished ? 'answered' : 'aborted';
        counts.running -= 1;
        counts[record.outcome] += 1;
        resolve(record.outcome);
      });
      for (const tell of waiting) tell(record);
      waiting = [];
      return record;
    },
  };
}
