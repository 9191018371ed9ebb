import type { ChatEvent } from '@freshet/shared/contracts';
import { type ErrorCode, FreshetError } from '@freshet/shared/errors';
import { ClientGone } from '@freshet/shared/http/request-context';
import { Counter, DURATION_BUCKETS, Gauge, Histogram, type Registry } from '@freshet/shared/metrics';

type Completed = Extract<ChatEvent, { type: 'answer.completed' }>;

export interface ChatMetrics {
  streams: Gauge;
  /** A question that was turned away before its answer began. */
  refuse(code: ErrorCode): void;
  /** Passes events on, and records when they came and how the answer ended. */
  observe(events: AsyncIterable<ChatEvent>, signal: AbortSignal): AsyncGenerator<ChatEvent>;
}

export interface ChatMetricsOptions {
  /** The route that is observed. */
  route: string;
  maxStreams: number;
}

export function createChatMetrics(
  registry: Registry,
  { route, maxStreams }: ChatMetricsOptions,
): ChatMetrics {
  const registers = [registry];
  const moments = new Histogram({
    name: 'freshet_chat_seconds',
    help: 'From the question to a moment of its answer: its first event, its first text, its end.',
    labelNames: ['moment'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const answers = new Counter({
    name: 'freshet_chat_answers_total',
    help: 'Answers by how they ended: a finish reason, an error code, or `cancelled` when the client left.',
    labelNames: ['outcome'],
    registers,
  });
  const tokens = new Counter({
    name: 'freshet_chat_tokens_total',
    help: 'Tokens of answers, as the model counts them.',
    labelNames: ['model', 'route', 'direction'],
    registers,
  });
  const dollars = new Counter({
    name: 'freshet_chat_cost_dollars_total',
    help: 'Dollars that answers cost, by MODEL_PRICES.',
    labelNames: ['model', 'route'],
    registers,
  });
  new Gauge({
    name: 'freshet_chat_streams_limit',
    help: 'Answers that may be under way at once.',
    registers,
  }).set(maxStreams);

  function account({ model, usage, costUsd }: Completed): void {
    tokens.inc({ model, route, direction: 'input' }, usage.inputTokens);
    tokens.inc({ model, route, direction: 'output' }, usage.outputTokens);
    if (costUsd !== undefined) dollars.inc({ model, route }, costUsd);
  }

  return {
    streams: new Gauge({ name: 'freshet_chat_streams', help: 'Answers that are under way.', registers }),
    refuse: (outcome) => answers.inc({ outcome }),
    async *observe(events, signal) {
      const start = performance.now();
      const record = (moment: string) => moments.observe({ moment }, (performance.now() - start) / 1000);
      let outcome = 'cancelled';
      let hasText = false;
      try {
        for await (const event of events) {
          if (event.type === 'chat.started') record('first_event');
          if (event.type === 'answer.delta' && !hasText) {
            hasText = true;
            record('first_delta');
          }
          if (event.type === 'answer.completed') {
            outcome = event.finishReason;
            account(event);
          }
          yield event;
        }
      } catch (error) {
        const reason: unknown = signal.aborted ? signal.reason : error;
        if (!(reason instanceof ClientGone))
          outcome = reason instanceof FreshetError ? reason.code : 'FRESHET_INTERNAL';
        throw error;
      } finally {
        record('end');
        answers.inc({ outcome });
      }
    },
  };
}
