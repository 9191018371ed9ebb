import { fastifySSE } from '@fastify/sse';
import {
  assertSearchFilter,
  type ChatEvent,
  ChatEvent as ChatEventSchema,
  ChatRequest,
  ChatResponse,
} from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { toFreshetError } from '@freshet/shared/http/problems';
import { ClientGone } from '@freshet/shared/http/request-context';
import type { Registry } from '@freshet/shared/metrics';
import type { ServiceApp } from '@freshet/shared/service/app';
import { activeSpan, recordFailure } from '@freshet/shared/spans';
import { createEventStream } from '@freshet/shared/sse/reply';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Answer } from '../answer.ts';
import { createChatMetrics } from '../chat-metrics.ts';
import type { CheckRoute } from '../check-route.ts';
import { collectAnswer } from '../collect-answer.ts';
import { prefersJson } from '../prefers-json.ts';
import { problemResponses } from '../problem-responses.ts';

export interface ChatRouteOptions {
  answer: Answer;
  checkRoute: CheckRoute;
  registry: Registry;
  maxStreams: number;
  stallTimeoutMs: number;
  timeoutMs: number;
}

export async function chatRoute(
  app: ServiceApp,
  { answer, checkRoute, registry, maxStreams, stallTimeoutMs, timeoutMs }: ChatRouteOptions,
) {
  const metrics = createChatMetrics(registry, { route: '/v1/chat', maxStreams });
  let live = 0;
  await app.register(fastifySSE, { heartbeatInterval: 15_000 });

  async function sendStream(request: FastifyRequest, reply: FastifyReply, events: AsyncIterable<ChatEvent>) {
    const { signal } = request.abort;
    const stream = createEventStream<ChatEvent>(reply, { signal, stallTimeoutMs });
    try {
      for await (const event of events) await stream.send(event);
    } catch (thrown) {
      if (signal.reason instanceof ClientGone) return;
      const error = toFreshetError(signal.aborted ? signal.reason : thrown);
      const { code, message, isRetryable } = error;
      request.log.warn({ err: thrown, code }, 'chat failed');
      // The status was sent as 200 long ago: the span says that the answer failed all the same.
      recordFailure(activeSpan(), error);
      const { traceId } = request.trace;
      await stream.fail({ type: 'chat.failed', code, detail: message, isRetryable, traceId });
    }
  }

  app.post(
    '/v1/chat',
    {
      sse: { kind: 'manual' },
      schema: {
        tags: ['chat'],
        summary: 'Ask a question',
        description:
          'Streams the answer as Server-Sent Events; with `Accept: application/json` it comes as one object. Events come as `chat.started`, `retrieval.completed`, then `answer.delta` and `citation.checked` as the answer grows, and last `answer.completed` or `chat.failed`.',
        body: ChatRequest,
        response: {
          200: {
            description: 'The answer.',
            content: {
              'text/event-stream': { schema: ChatEventSchema },
              'application/json': { schema: ChatResponse },
            },
          },
          ...problemResponses(400, 401, 406, 413, 415, 503, 504),
        },
      },
    },
    async (request, reply) => {
      const wantsJson = prefersJson(request.headers.accept);
      if (request.body.messages.at(-1)?.role !== 'user') {
        throw new FreshetError('FRESHET_REQUEST_INVALID', {
          detail: 'The last message must be from the user.',
          errors: [{ path: '/body/messages', detail: 'must end with a message of role user' }],
        });
      }
      assertSearchFilter(request.body.filter);
      if (live >= maxStreams) {
        metrics.refuse('FRESHET_OVERLOADED');
        throw new FreshetError('FRESHET_OVERLOADED');
      }
      const { abort, trace, caller } = request;
      const timer = setTimeout(() => abort.abort(new FreshetError('FRESHET_DEADLINE_EXCEEDED')), timeoutMs);
      live += 1;
      metrics.streams.set(live);
      try {
        const question = { access: caller.access, request: request.body, trace, signal: abort.signal };
        await checkRoute(question);
        const events = metrics.observe(answer(question), abort.signal);
        if (!wantsJson) return await sendStream(request, reply, events);
        const response: Static<typeof ChatResponse> = await collectAnswer(events);
        return reply.type('application/json').send(response);
      } catch (thrown) {
        throw abort.signal.aborted ? abort.signal.reason : thrown;
      } finally {
        clearTimeout(timer);
        live -= 1;
        metrics.streams.set(live);
      }
    },
  );
}
