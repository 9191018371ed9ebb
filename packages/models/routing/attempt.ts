import type { Attempt, Degradation, Usage } from '@freshet/shared/contracts';
import { codeOf, type ErrorCode } from '@freshet/shared/errors';
import { estimateUsage } from '../generation/estimate-usage.ts';
import type { GenerateOptions, GenerationPart, Spent } from '../generation.ts';
import { costUsd as costOf } from '../model-prices.ts';
import type { Permit } from './circuit-breaker.ts';
import type { Route } from './route-table.ts';

export type RoutedPart =
  | Extract<GenerationPart, { type: 'delta' }>
  | (Extract<GenerationPart, { type: 'finished' }> & {
      route: string;
      model: string;
      attempts: readonly Attempt[];
      degraded?: Degradation[];
    });

/** The reason of an abort: another call for the same question had its first word sooner. */
export const LOST = new DOMException('Another call was faster.', 'AbortError');

/** Failures that say nothing of the route: another question may well be answered. */
const OF_THE_REQUEST: ReadonlySet<ErrorCode> = new Set([
  'FRESHET_MODEL_REFUSED',
  'FRESHET_CONTEXT_TOO_LONG',
  'FRESHET_QUESTION_TOO_LONG',
]);
/** Failures of which a model has seen nothing, so that nothing was used. */
const UNSEEN: ReadonlySet<ErrorCode> = new Set([
  ...OF_THE_REQUEST,
  'FRESHET_MODEL_THROTTLED',
  'FRESHET_MODEL_UNAVAILABLE',
]);
const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

export interface AttemptOptions {
  /** Told how the call ended, once. */
  permit: Permit;
  /** All calls for the question; this one is put to it when it begins. */
  attempts: Attempt[];
  /** The same, once it is known what it used. */
  onEnd: (attempt: Attempt) => void;
}

/** One call to a route: its parts, and whatever becomes of it, what it used. */
export async function* attempt(
  {
    name,
    generator,
    hasModel,
    price,
    prompt,
  }: Pick<Route, 'name' | 'generator' | 'hasModel' | 'price' | 'prompt'>,
  options: GenerateOptions,
  { permit, attempts, onEnd }: AttemptOptions,
): AsyncGenerator<RoutedPart> {
  const { model } = generator;
  const report: Attempt = { route: name, model, outcome: 'cancelled', usage: NOTHING };
  attempts.push(report);
  const mayUse = hasModel && options.passages.length > 0;
  let written = 0;
  let spent: Spent | undefined;
  let isOver = false;

  function end(outcome: Attempt['outcome'], code?: ErrorCode): void {
    if (isOver) return;
    isOver = true;
    report.outcome = outcome;
    if (code !== undefined) report.code = code;
    account();
    // Without passages no model was asked.
    if (options.passages.length === 0) permit.abandoned();
    else if (outcome === 'completed') permit.succeeded();
    else if (code === undefined || OF_THE_REQUEST.has(code)) permit.abandoned();
    else permit.failed();
    onEnd(report);
  }

  function account(): void {
    const isSeen = written > 0 || report.code === undefined || !UNSEEN.has(report.code as ErrorCode);
    // What costs nothing is known to; a server that does not count says zero, and no cost.
    const isSaid =
      spent !== undefined &&
      (spent.costUsd !== undefined || spent.usage.inputTokens + spent.usage.outputTokens > 0);
    if (isSaid || !mayUse || !isSeen) {
      Object.assign(report, spent);
      return;
    }
    report.usage = estimateUsage(options, written);
    if (price) report.costUsd = costOf(report.usage, price);
    report.isEstimate = true;
  }

  const onUsage = (used: Spent) => {
    spent = used;
  };
  const onLost = () => {
    if (options.signal.reason === LOST) end('lost');
  };
  options.signal.addEventListener('abort', onLost, { once: true });
  try {
    for await (const part of generator.generate({ ...options, prompt: options.prompt ?? prompt, onUsage })) {
      if (part.type === 'delta') {
        written += part.text.length;
        yield part;
        continue;
      }
      const { usage, costUsd } = part;
      spent = { usage, ...(costUsd === undefined ? {} : { costUsd }) };
      end('completed');
      yield { ...part, route: name, model, attempts };
      return;
    }
  } catch (error) {
    if (!options.signal.aborted) end('failed', codeOf(error));
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onLost);
    end('cancelled');
  }
}
