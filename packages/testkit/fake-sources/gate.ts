import type { FastifyInstance } from 'fastify';

/** What stands in front of a fake's answers: credentials, rate limits, failures. */
export interface FakeGate {
  /** Paths that were asked for, with their queries, oldest first. */
  readonly requests: string[];
  /** The next requests are answered 429; with `Retry-After` where a value is given. */
  throttleNext(count: number, retryAfter?: string): void;
  /** The next requests fail with this status, or by a closed socket. */
  failNext(count: number, status: number | 'closed'): void;
  /** Requests after so many more fail with 503, until `recover`. */
  failAfter(requests: number): void;
  recover(): void;
  /** Awaited before anything is answered: holds requests for as long as a test wants. */
  beforeAnswer: (path: string) => Promise<void>;
}

/** `authorization` is the one value of the header that is let through. */
export function installGate(app: FastifyInstance, authorization: string): FakeGate {
  const faults: { status: number | 'closed'; retryAfter?: string | undefined }[] = [];
  const requests: string[] = [];
  let remaining = Number.POSITIVE_INFINITY;
  const gate: FakeGate = {
    requests,
    throttleNext(count, retryAfter) {
      for (let i = 0; i < count; i += 1) faults.push({ status: 429, retryAfter });
    },
    failNext(count, status) {
      for (let i = 0; i < count; i += 1) faults.push({ status });
    },
    failAfter(more) {
      remaining = more;
    },
    recover() {
      remaining = Number.POSITIVE_INFINITY;
      faults.length = 0;
    },
    beforeAnswer: async () => {},
  };
  app.addHook('onRequest', async (request, reply) => {
    requests.push(request.url);
    await gate.beforeAnswer(request.url);
    const fault = faults.shift();
    if (fault?.status === 'closed') {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    if (fault?.retryAfter !== undefined) reply.header('retry-after', fault.retryAfter);
    if (fault) return reply.code(fault.status).send({ message: 'not now' });
    remaining -= 1;
    if (remaining < 0) return reply.code(503).send({ message: 'down' });
    if (request.headers.authorization !== authorization) {
      return reply.code(401).send({ message: 'Unauthorized' });
    }
    return undefined;
  });
  return gate;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
