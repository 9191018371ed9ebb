import type { Completer } from '@freshet/models/completion';
import type { Degradation, Message } from '@freshet/shared/contracts';
import type { OptionalStep } from '../optional-step.ts';
import { condenseWithModel } from './condense-with-model.ts';
import { condense } from './follow-up.ts';
import { split } from './split.ts';

export interface Understanding {
  /** The question as it stands by itself. */
  query: string;
  /** What to search for: the question, or it and its parts. */
  searches: string[];
  degraded: Degradation[];
}

export type Understand = (
  question: string,
  history: readonly Message[],
  signal: AbortSignal,
) => Promise<Understanding>;

export interface UnderstandOptions {
  /** Condenses follow-ups; without it rules do. */
  condenser?: { completer: Completer; step: OptionalStep } | undefined;
}

/** A question without history that asks one thing costs nothing here. */
export function createUnderstand({ condenser }: UnderstandOptions = {}): Understand {
  return async (question, history, signal) => {
    const degraded: Degradation[] = [];
    let query: string | undefined;
    if (condenser && history.length > 0) {
      const { completer, step } = condenser;
      query = await step((limited) => condenseWithModel(completer, question, history, limited), signal);
      if (query === undefined) degraded.push('condense');
    }
    query ??= condense(question, history);
    return { query, searches: split(query), degraded };
  };
}
