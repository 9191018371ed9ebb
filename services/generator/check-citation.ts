import type { CitationChecked, Passage } from '@freshet/shared/contracts';
import { STEMMED_LANGUAGES } from '@freshet/shared/text/stem';
import { type Comparison, compare } from './citations/compare.ts';
import { type Evidence, join, readEvidence, type Window } from './citations/evidence.ts';
import { parseMarkers } from './citations/markers.ts';
import { termsOf } from './citations/terms.ts';

const SUPPORTED = 0.65;
const PARTLY = 0.5;
const ENOUGH_ALONE = 0.8;
/** Sentences that are looked at closely, by the words that they have. */
const CLOSE_LOOKS = 4;
const CONTRADICTIONS: ReadonlySet<string> = new Set(['number', 'name', 'negation', 'antonym']);

/** `undefined` for what says nothing, such as a lone marker. */
export type CheckCitation = (sentence: string) => CitationChecked | undefined;

/**
 * Whether the passages that a sentence cites say what it says; see docs/adr/0026-citation-checks.md. The one or two
 * neighbouring sentences that hold most of its words are compared with it: their numbers, names and negations must be
 * its own. A sentence without a citation is held against all passages. A passage is read once an answer, when a
 * sentence first needs it.
 */
export function createCitationCheck(passages: readonly Passage[]): CheckCitation {
  const known = new Map<Passage, Evidence>();
  let weigh: ((key: string) => number) | undefined;

  function read(passage: Passage): Evidence {
    const evidence = known.get(passage) ?? readEvidence(passage);
    known.set(passage, evidence);
    return evidence;
  }

  return (sentence) => {
    const { text, refs: marked } = parseMarkers(sentence);
    if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
    const cited = passages.filter(({ ref }) => marked.includes(ref));
    const refs = marked.filter((ref) => cited.some((passage) => passage.ref === ref));
    const unknownRefs = marked.filter((ref) => !refs.includes(ref));
    weigh ??= inverseFrequencies(passages.map(read));
    const best = compareBest(text, (marked.length > 0 ? cited : passages).map(read), weigh);
    const verdict = unknownRefs.length > 0 ? 'unsupported' : verdictOf(best);
    const score = verdict === 'unsupported' && unknownRefs.length > 0 ? 0 : rating(best);
    return {
      type: 'citation.checked',
      sentence: text,
      refs,
      ...(unknownRefs.length > 0 ? { unknownRefs } : {}),
      verdict,
      score: Number(score.toFixed(3)),
      ...(best && verdict !== 'unsupported' ? { support: toSupport(best.window, best.evidence.start) } : {}),
    };
  };
}

/** The comparison with the one or two sentences that say most of a sentence and least against it. */
function compareBest(
  text: string,
  all: readonly Evidence[],
  weigh: (key: string) => number,
): (Comparison & { evidence: Evidence }) | undefined {
  const claims = new Map(
    STEMMED_LANGUAGES.map((language) => [language, memo(() => termsOf(text, language))]),
  );
  const held = all
    .flatMap((evidence) => {
      const content = claims.get(evidence.language)!().filter(
        ({ kind }) => kind === 'word' || kind === 'number',
      );
      return evidence.sentences.map(({ keys }, i) => ({
        evidence,
        i,
        weight: content.reduce((sum, { key }) => sum + (keys.has(key) ? weigh(key) : 0), 0),
      }));
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, CLOSE_LOOKS);
  let best: (Comparison & { evidence: Evidence }) | undefined;
  for (const { evidence, i } of held) {
    const claim = claims.get(evidence.language)!();
    const consider = (window: Window) => {
      const found = compare(claim, window, evidence, weigh);
      if (!best || rating(found) > rating(best)) best = { ...found, evidence };
      return found;
    };
    const [before, sentence, after] = [-1, 0, 1].map((step) => evidence.sentences[i + step]);
    // A sentence that says nearly all of it counts alone: a neighbour would only lend it the numbers and names it lacks.
    if (!sentence || consider(sentence).coverage >= ENOUGH_ALONE) continue;
    if (before) consider(join(before, sentence));
    if (after) consider(join(sentence, after));
  }
  return best;
}

function memo<T>(read: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

/** The weight of words by the sentences that have them: the robust IDF of BM25 (Robertson and Zaragoza, 2009). */
function inverseFrequencies(all: readonly Evidence[]): (key: string) => number {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { keys } of all.flatMap(({ sentences }) => sentences)) {
    total += 1;
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (key) => {
    const count = counts.get(key) ?? 0;
    return Math.log(1 + (total - count + 0.5) / (count + 0.5));
  };
}

/** The coverage, of which what contradicts takes three quarters, and what is not to be found a half. */
function rating(comparison: Comparison | undefined): number {
  if (!comparison) return 0;
  const { coverage, faults } = comparison;
  if (faults.some((fault) => CONTRADICTIONS.has(fault))) return coverage / 4;
  return faults.length > 0 ? coverage / 2 : coverage;
}

function verdictOf(comparison: Comparison | undefined): CitationChecked['verdict'] {
  if (!comparison) return 'unsupported';
  const { coverage, faults } = comparison;
  if (faults.some((fault) => CONTRADICTIONS.has(fault)) || coverage < PARTLY) return 'unsupported';
  return faults.length === 0 && coverage >= SUPPORTED ? 'supported' : 'partly';
}

function toSupport({ ref, span }: Window, start: number) {
  return { ref, span: { start: start + span.start, end: start + span.end } };
}
