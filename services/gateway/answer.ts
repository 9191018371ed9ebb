import { randomUUID } from 'node:crypto';
import type { AccessTokens } from '@freshet/shared/access-token';
import {
  type Access,
  type ChatEvent,
  type ChatRequest,
  type GenerateEvent,
  type GenerateRequest,
  MAX_HISTORY_MESSAGES,
  type RetrieveRequest,
  type RetrieveResponse,
} from '@freshet/shared/contracts';
import { errorFromCode, FreshetError } from '@freshet/shared/errors';
import type { ServiceClient } from '@freshet/shared/http/client';
import type { TraceContext } from '@freshet/shared/trace';

export interface AnswerOptions {
  retriever: ServiceClient;
  generator: ServiceClient;
  tokens: AccessTokens;
  timeoutMs: number;
}

export interface Question {
  access: Access;
  request: ChatRequest;
  trace: TraceContext;
  signal: AbortSignal;
}

export type Answer = (question: Question) => AsyncGenerator<ChatEvent>;

type Completed = Extract<ChatEvent, { type: 'answer.completed' }>;

/**
 * One question's events, in their order: started, passages, text with checked citations, completed. Text is passed
 * on as it comes from the generator, so the first byte never waits for the last.
 * @throws {FreshetError} what the retriever or the generator failed with.
 */
export function createAnswer({ retriever, generator, tokens, timeoutMs }: AnswerOptions): Answer {
  return async function* answer({ access, request, trace, signal }) {
    const start = performance.now();
    const elapsed = () => Math.round(performance.now() - start);
    const call = { trace, signal, token: tokens.sign(access) };
    const remaining = () => Math.max(1, timeoutMs - elapsed());

    yield { type: 'chat.started', chatId: randomUUID(), traceId: trace.traceId };

    const { messages, limit, filter, after, route } = request;
    const history = messages.slice(-MAX_HISTORY_MESSAGES - 1, -1);
    const retrieved = await retriever.json<RetrieveResponse>({
      ...call,
      path: '/v1/retrieve',
      isIdempotent: true,
      timeoutMs: remaining(),
      body: {
        query: messages.at(-1)?.content ?? '',
        ...(limit === undefined ? {} : { limit }),
        ...(filter === undefined ? {} : { filter }),
        ...(after === undefined ? {} : { after }),
        ...(history.length === 0 ? {} : { history }),
      } satisfies RetrieveRequest,
    });
    const { passages, confidence, query, degraded, watermark, timings } = retrieved;
    const retrieveMs = elapsed();
    yield {
      type: 'retrieval.completed',
      passages,
      confidence,
      ...(query === undefined ? {} : { query }),
      ...(degraded === undefined ? {} : { degraded }),
      watermark,
    };

    const citations: Completed['citations'] = [];
    let firstDeltaMs: number | undefined;
    const body = {
      messages,
      passages,
      confidence,
      ...(route === undefined ? {} : { route }),
    } satisfies GenerateRequest;
    const events = generator.events<GenerateEvent>({
      ...call,
      path: '/v1/generate',
      timeoutMs: remaining(),
      body,
    });
    let completed: Completed | undefined;
    // Read to its end, which comes with its last event: a stream that is left earlier costs its connection.
    for await (const event of events) {
      switch (event.type) {
        case 'answer.delta':
          firstDeltaMs ??= elapsed();
          yield event;
          break;
        case 'citation.checked': {
          const { type, ...citation } = event;
          citations.push(citation);
          yield event;
          break;
        }
        case 'generation.completed': {
          const { type, degraded: further = [], ...result } = event;
          const all = [...(degraded ?? []), ...further];
          const age = oldestAgeSeconds(passages);
          completed = {
            type: 'answer.completed',
            ...result,
            confidence,
            timings: {
              retrieveMs,
              embedMs: timings.embedMs,
              searchMs: Number((timings.searchMs + timings.realtimeMs).toFixed(2)),
              ...(firstDeltaMs === undefined ? {} : { firstDeltaMs }),
              totalMs: elapsed(),
            },
            citations,
            ...(all.length === 0 ? {} : { degraded: all }),
            watermark,
            ...(age === undefined ? {} : { oldestPassageAgeSeconds: age }),
          };
          break;
        }
        case 'generation.failed':
          throw errorFromCode(event.code, { detail: 'The generator failed in the middle of the answer.' });
      }
    }
    if (!completed) {
      throw new FreshetError('FRESHET_DEPENDENCY_UNAVAILABLE', {
        detail: 'The generator ended its stream too early.',
      });
    }
    yield completed;
  };
}

function oldestAgeSeconds(passages: RetrieveResponse['passages']): number | undefined {
  if (passages.length === 0) return undefined;
  const oldest = Math.min(...passages.map(({ changedAt }) => Date.parse(changedAt)));
  return Math.max(0, Math.round((Date.now() - oldest) / 1000));
}
