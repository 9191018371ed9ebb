import { fastifySSE } from '@fastify/sse';
import type { Router } from '@freshet/models/routing/router';
import type { AccessTokens } from '@freshet/shared/access-token';
import { type GenerateEvent, GenerateRequest, RouteName } from '@freshet/shared/contracts';
import { toFreshetError } from '@freshet/shared/http/problems';
import { ClientGone, timeoutOf } from '@freshet/shared/http/request-context';
import type { ServiceApp } from '@freshet/shared/service/app';
import { activeSpan, recordFailure } from '@freshet/shared/spans';
import { createEventStream } from '@freshet/shared/sse/reply';
import { Type } from 'typebox';
import { createModelJudge } from '../citations/judge.ts';
import { createJudgedLater } from '../citations/judged-later.ts';
import { type AnswerPolicy, generate } from '../generate.ts';
import type { GenerateMetrics } from '../metrics.ts';

export interface GenerateRouteOptions {
  router: Router;
  tokens: AccessTokens;
  metrics: GenerateMetrics;
  stallTimeoutMs: number;
  deltaIntervalMs: number;
  citations: AnswerPolicy['citations'];
  abstainBelow: number;
  judge?: { route: string; timeoutMs: number };
}

export async function generateRoute(
  app: ServiceApp,
  {
    router,
    tokens,
    metrics,
    stallTimeoutMs,
    deltaIntervalMs,
    citations,
    abstainBelow,
    judge,
  }: GenerateRouteOptions,
) {
  await app.register(fastifySSE, { heartbeatInterval: 15_000 });

  app.post('/v1/generate', { sse: 'only', schema: { body: GenerateRequest } }, async (request, reply) => {
    const { tenant, principals } = tokens.verify(request.headers.authorization);
    const { route } = request.body;
    if (route !== undefined) router.check(route);
    const { signal } = request.abort;
    const stream = createEventStream<GenerateEvent>(reply, { signal, stallTimeoutMs });
    metrics.streams.inc();
    try {
      const judged =
        judge &&
        createJudgedLater({
          judge: createModelJudge({ router, route: judge.route, tenant }),
          passages: request.body.passages,
          signal,
          timeoutMs: judge.timeoutMs,
          onFailure: (err) => request.log.warn({ err }, 'citation judge failed'),
        });
      const events = generate(
        router,
        {
          ...request.body,
          tenant,
          user: principals.find((principal) => principal.startsWith('user:')),
          timeLeftMs: timeoutOf(request.headers),
          signal,
          deltaIntervalMs,
        },
        { citations, abstainBelow, judged },
      );
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

  // Asked before retrieval, so that a route that is not there costs nothing and is a problem rather than an event.
  app.get(
    '/v1/routes/:route',
    { schema: { params: Type.Object({ route: RouteName }) } },
    async ({ headers, params: { route } }) => {
      tokens.verify(headers.authorization);
      router.check(route);
      return { route };
    },
  );
}
