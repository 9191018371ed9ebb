import { createCitationCheck } from '@freshet/generator/check-citation';
import type { Passage } from '@freshet/shared/contracts';
import type { LabelledSentence } from './labelled-sentences.ts';

export interface KindResult {
  kind: string;
  isTrue: boolean;
  sentences: number;
  /** Share of them with each verdict. */
  supported: number;
  partly: number;
  unsupported: number;
}

export interface CitationResult {
  sentences: number;
  /** Of the sentences that were found supported, the share that is true. */
  precision: number;
  /** Of the true sentences, the share that was found supported. */
  recall: number;
  /** Median and 95th percentile of a check, with reading its passages. */
  checkP50Ms: number;
  checkP95Ms: number;
  kinds: KindResult[];
}

export interface Outcome extends LabelledSentence {
  verdict: 'supported' | 'partly' | 'unsupported';
  score: number;
  ms: number;
}

export function checkAll(sentences: readonly LabelledSentence[]): Outcome[] {
  return sentences.map((sentence) => {
    const { paragraphs, cited, text } = sentence;
    const passages = paragraphs.map((paragraph, i) => toPassage(paragraph, i + 1));
    const ref = passages.find(({ documentId }) => documentId === cited)?.ref;
    const start = performance.now();
    const checked = createCitationCheck(passages)(ref === undefined ? text : `${text} [${ref}]`);
    const ms = performance.now() - start;
    return { ...sentence, verdict: checked?.verdict ?? 'unsupported', score: checked?.score ?? 0, ms };
  });
}

/** Precision and recall of `supported`. */
export function measure(outcomes: readonly Outcome[]): CitationResult {
  const supported = outcomes.filter(({ verdict }) => verdict === 'supported');
  const hits = supported.filter(({ isTrue }) => isTrue).length;
  const times = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  const quantile = (share: number) => round(times[Math.floor(share * (times.length - 1))] ?? 0);
  return {
    sentences: outcomes.length,
    precision: round(hits / supported.length),
    recall: round(hits / outcomes.filter(({ isTrue }) => isTrue).length),
    checkP50Ms: quantile(0.5),
    checkP95Ms: quantile(0.95),
    kinds: [...Map.groupBy(outcomes, ({ kind }) => kind)].map(([kind, of]) => ({
      kind,
      isTrue: of[0]!.isTrue,
      sentences: of.length,
      supported: share(of, 'supported'),
      partly: share(of, 'partly'),
      unsupported: share(of, 'unsupported'),
    })),
  };
}

function share(outcomes: readonly Outcome[], verdict: Outcome['verdict']): number {
  return round(outcomes.filter((outcome) => outcome.verdict === verdict).length / outcomes.length);
}

function round(value: number): number {
  return Number(value.toFixed(3));
}

function toPassage({ id, title, text }: LabelledSentence['paragraphs'][number], ref: number): Passage {
  return {
    ref,
    source: 'eval',
    documentId: id,
    version: 1,
    title,
    headingPath: [],
    text,
    span: { start: 0, end: text.length },
    score: 1,
    changedAt: '2026-01-01T00:00:00Z',
  };
}
