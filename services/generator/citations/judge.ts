import type { Router } from '@freshet/models/routing/router';
import type { CitationChecked, Passage } from '@freshet/shared/contracts';

export interface Judgement {
  verdict: CitationChecked['verdict'];
  /** Who gave it. */
  model: string;
}

/** A second opinion on whether passages say what a sentence says, as a port: a language model, or one for inference. */
export interface CitationJudge {
  /** `undefined` when it gives none. Failures are the caller's to bear: the verdict of the rules stands then. */
  judge(sentence: string, passages: readonly Passage[], signal: AbortSignal): Promise<Judgement | undefined>;
}

export interface ModelJudgeOptions {
  router: Pick<Router, 'generate'>;
  /** A route or an alias; its model is asked with the prompt `judge`. */
  route: string;
  tenant: string;
}

const VERDICT = /^\W*(supported|partly|unsupported)\b/i;

/** A model of a route as the judge; its calls count against the budgets of route and tenant, like any other. */
export function createModelJudge({ router, route, tenant }: ModelJudgeOptions): CitationJudge {
  return {
    async judge(sentence, passages, signal) {
      let said = '';
      const messages = [{ role: 'user' as const, content: sentence }];
      for await (const part of router.generate({
        route,
        prompt: 'judge',
        messages,
        passages,
        tenant,
        signal,
      })) {
        if (part.type === 'delta') said += part.text;
        else {
          const verdict = said.match(VERDICT)?.[1]?.toLowerCase() as Judgement['verdict'] | undefined;
          return verdict && { verdict, model: part.model };
        }
      }
      return undefined;
    },
  };
}
