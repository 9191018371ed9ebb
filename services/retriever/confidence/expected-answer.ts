import type { ContentWord, Sentence } from '../texts.ts';

const KINDS = {
  howMany: /\bhow (?:many|much|long|old|large|big|far|often|tall|high)\b/i,
  when: /\b(?:when|what (?:year|date|day|month|century|decade))\b/i,
  who: /\b(?:who|whom|whose)\b/i,
  where: /\bwhere\b/i,
  which: /\bwhich\b/i,
  why: /\bwhy\b/i,
  how: /\bhow\b/i,
  what: /\bwhat\b/i,
};

type Kind = keyof typeof KINDS;

const NUMERAL =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half|several)\b/i;
const TIME =
  /\b(?:1\d{3}|20\d\d|\d+(?:st|nd|rd|th)? centur\w+|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b/;

/** Whether a sentence holds the kind of thing that a question asks for, besides what the question itself names. */
export function expectationFeatures(
  question: string,
  content: readonly ContentWord[],
  { text, words }: Sentence,
): Record<string, number> {
  const kinds = Object.keys(KINDS) as Kind[];
  const asked = kinds.find((kind) => KINDS[kind].test(question));
  const known = new Set(content.map(({ stem }) => stem));
  const fresh = words.filter(({ stem, isStop }) => !isStop && !known.has(stem));
  const hasName = fresh.some((word) => /^\p{Lu}/u.test(word.text) && word !== words[0]);
  const holds: Partial<Record<Kind, boolean>> = {
    howMany: fresh.some((word) => NUMERAL.test(word.text)),
    when: TIME.test(text),
    who: hasName,
    where: hasName,
  };
  return {
    ...Object.fromEntries(kinds.map((kind) => [`asks ${kind}`, Number(kind === asked)])),
    kindLacking: Number(asked !== undefined && holds[asked] === false),
    kindHeld: Number(asked !== undefined && holds[asked] === true),
    freshWords: Math.min(fresh.length, 40),
  };
}
