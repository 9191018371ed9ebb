import type { CitationChecked, Passage } from '@freshet/shared/contracts';
import { inverseFrequency } from '@freshet/shared/text/inverse-frequencies';
import { type BestComparison, compareBest, contradicts, rating } from './citations/best-comparison.ts';
import type { Weigh } from './citations/compare.ts';
import { type Evidence, readEvidence } from './citations/evidence.ts';
import { parseMarkers } from './citations/markers.ts';

/** Coverage, chosen on the half of SQuAD 2.0 that nothing is published of: docs/adr/0026-citation-checks.md. */
const SUPPORTED = 0.6;
const PARTLY = 0.5;

/** `undefined` for what says nothing, such as a lone marker. */
export type CheckCitation = (sentence: string) => CitationChecked | undefined;

/**
 * Whether the passages that a sentence cites say what it says. The one or two neighbouring sentences that hold most of
 * its words are compared with it: their numbers, names and negations must be its own. A sentence without a citation is
 * held against all passages. Passages are read once an answer, when a sentence first needs them.
 */
export function createCitationCheck(passages: readonly Passage[]): CheckCitation {
  const known = new Map<Passage, Evidence>();
  let weigh: Weigh | undefined;

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
    const checked = { type: 'citation.checked' as const, sentence: text, refs };
    if (unknownRefs.length > 0) return { ...checked, unknownRefs, verdict: 'unsupported', score: 0 };

    weigh ??= weighBy(passages.map(read));
    const best = compareBest(text, (marked.length > 0 ? cited : passages).map(read), weigh);
    const verdict = verdictOf(best);
    return {
      ...checked,
      verdict,
      score: Number(rating(best).toFixed(3)),
      ...(best && verdict !== 'unsupported' ? { support: supportOf(best) } : {}),
    };
  };
}

/** The weight of words by the sentences that have them. */
function weighBy(all: readonly Evidence[]): Weigh {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { keys } of all.flatMap(({ sentences }) => sentences)) {
    total += 1;
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (key) => inverseFrequency(counts.get(key) ?? 0, total);
}

function verdictOf(best: BestComparison | undefined): CitationChecked['verdict'] {
  if (!best || contradicts(best) || best.coverage < PARTLY) return 'unsupported';
  return best.faults.length === 0 && best.coverage >= SUPPORTED ? 'supported' : 'partly';
}

function supportOf({ window: { ref, span }, evidence }: BestComparison) {
  return { ref, span: { start: evidence.start + span.start, end: evidence.start + span.end } };
}
