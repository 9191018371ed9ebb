import { fastifySSE } from '@fastify/sse';
import type { Generator } from '@freshet/models/generation';
import type { AccessTokens } from '@freshet/shared/access-token';
import { type GenerateEvent, GenerateRequest } from '@freshet/shared/contracts';
import { toFreshetError } from '@freshet/shared/http/problems';
import { ClientGone } from '@freshet/shared/http/request-context';
import type { ServiceApp } from '@freshet/shared/service/app';
import { activeSpan, recordFailure } from '@freshet/shared/spans';
import { createEventStream } from '@freshet/shared/sse/reply';
import { generate } from '../generate.ts';
import type { GenerateMetrics } from '../metrics.ts';

export interface GenerateRouteOptions {
  generator: Generator;
  tokens: AccessTokens;
  metrics: GenerateMetrics;
  stallTimeoutMs: number;
  deltaIntervalMs: number;
}

export async function generateRoute(
  app: ServiceApp,
  { generator, tokens, metrics, stallTimeoutMs, deltaIntervalMs }: GenerateRouteOptions,
) {
  await app.register(fastifySSE, { heartbeatInterval: 15_000 });

  app.post('/v1/generate', { sse: 'only', schema: { body: GenerateRequest } }, async (request, reply) => {
    tokens.verify(request.headers.authorization);
    const { signal } = request.abort;
    const stream = createEventStream<GenerateEvent>(reply, { signal, stallTimeoutMs });
    metrics.streams.inc();
    try {
      const events = generate(generator, request.body, signal, deltaIntervalMs);
      for await (const event of events) await stream.send(event);
    } catch (thrown) {
      if (signal.reason instanceof ClientGone) return;
      const error = toFreshetError(signal.aborted ? signal.reason : thrown);
      request.log.error({ err: error, code: error.code }, 'generation failed');
      recordFailure(activeSpan(), error);
      await stream.fail({ type: 'generation.failed', code: error.code, isRetryable: error.isRetryable });
    } finally {
      metrics.streams.dec();
    }
  });
}
