import type { CitationChecked, Passage } from '@freshet/shared/contracts';
import type { CitationJudge } from './judge.ts';

/** Rules that find a sentence nearly word for word need no second opinion. */
const SURE = 0.95;

export interface JudgedLaterOptions {
  judge: CitationJudge;
  passages: readonly Passage[];
  signal: AbortSignal;
  /** Milliseconds after which the verdict of the rules stands. */
  timeoutMs: number;
  /** Told of a judge that failed. */
  onFailure?: (error: unknown) => void;
}

export interface JudgedLater {
  add(checked: CitationChecked): void;
  /** Settles when a further check is there to be taken; never, while none is under way. */
  ready(): Promise<void>;
  take(): CitationChecked[];
  hasMore(): boolean;
}

/** Checks that wait for a judge while the text goes on. */
export function createJudgedLater({
  judge,
  passages,
  signal,
  timeoutMs,
  onFailure,
}: JudgedLaterOptions): JudgedLater {
  const done: CitationChecked[] = [];
  let pending = 0;
  let wake = Promise.withResolvers<void>();

  async function ask(checked: CitationChecked): Promise<CitationChecked> {
    const cited =
      checked.refs.length > 0 ? passages.filter(({ ref }) => checked.refs.includes(ref)) : passages;
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const judgement = await judge.judge(checked.sentence, cited, limit);
      return judgement ? { ...checked, verdict: judgement.verdict, judge: judgement.model } : checked;
    } catch (error) {
      if (!signal.aborted) onFailure?.(error);
      return checked;
    }
  }

  function finish(checked: CitationChecked): void {
    done.push(checked);
    wake.resolve();
  }

  return {
    add(checked) {
      const isSure = checked.verdict === 'supported' && checked.score >= SURE;
      // A number that no passage has leaves nothing to judge.
      if (isSure || checked.unknownRefs) {
        finish(checked);
        return;
      }
      pending += 1;
      void ask(checked).then((judged) => {
        pending -= 1;
        finish(judged);
      });
    },
    ready: () => wake.promise,
    take() {
      wake = Promise.withResolvers();
      return done.splice(0);
    },
    hasMore: () => pending > 0 || done.length > 0,
  };
}
