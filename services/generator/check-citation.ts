import { contentWords } from '@freshet/models/generation/extractive/content-words';
import type { CitationChecked, Passage } from '@freshet/shared/contracts';

const SUPPORTED = 0.8;
const PARTLY = 0.5;
const MARKER = /\s*\[(\d{1,3})\]/g;

/** `undefined` for what says nothing, such as a lone marker. */
export type CheckCitation = (sentence: string) => CitationChecked | undefined;

/**
 * Whether the passages that a sentence cites say what it says: the share of its content words that they hold. A
 * number or identifier that they lack leaves it partly supported at best. A sentence without a citation is held
 * against all passages. The words of a passage are read once an answer, when a sentence first needs them.
 */
export function createCitationCheck(passages: readonly Passage[]): CheckCitation {
  const known = new Map<Passage, ReadonlySet<string>>();

  function wordsOf(passage: Passage): ReadonlySet<string> {
    let words = known.get(passage);
    if (!words) {
      const { title = '', headingPath, text } = passage;
      words = contentWords([title, ...headingPath, text].join('\n'));
      known.set(passage, words);
    }
    return words;
  }

  return (sentence) => {
    const refs = [...new Set([...sentence.matchAll(MARKER)].map(([, ref]) => Number(ref)))].filter(
      (ref) => ref > 0,
    );
    const text = sentence.replace(MARKER, '').trim();
    const said = contentWords(text);
    if (said.size === 0) return undefined;
    const cited = refs.length > 0 ? passages.filter(({ ref }) => refs.includes(ref)) : passages;
    const missing = [...said].filter((word) => !cited.some((passage) => wordsOf(passage).has(word)));
    const score = 1 - missing.length / said.size;
    const lacksNumber = missing.some((word) => /\d/.test(word));
    const verdict =
      score >= SUPPORTED && !lacksNumber ? 'supported' : score >= PARTLY ? 'partly' : 'unsupported';
    return { type: 'citation.checked', sentence: text, refs, verdict, score: Number(score.toFixed(3)) };
  };
}
