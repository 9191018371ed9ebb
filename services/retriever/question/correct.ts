import type { ChunkIndex } from '@freshet/chunk-index';
import type { Access } from '@freshet/shared/contracts';
import { fold } from '@freshet/shared/text/fold';
import { stem } from '@freshet/shared/text/stem';
import { isStopWord } from '@freshet/shared/text/stop-words';

/** Shorter words have too many neighbours that mean something else. */
const MIN_CHARACTERS = 5;
const MAX_WORDS = 16;
const WORD = /(?<![\p{L}\p{N}\p{M}_.:/@-])\p{L}+(?![\p{L}\p{N}\p{M}_:/@-]|\.\p{L})/gu;

/**
 * A question with the words that the index does not know replaced by their nearest neighbours in it; `undefined` when
 * there is nothing to correct. Words that one of the texts found for the question holds are known: the index is not
 * asked about them, and not at all when there are no others.
 */
export async function correct(
  question: string,
  texts: readonly string[],
  { index, access }: { index: ChunkIndex; access: Access },
): Promise<string | undefined> {
  const found = fold(texts.join('\n'));
  const isFound = (word: string) =>
    found.includes(fold(word)) || found.includes(stem(word.toLowerCase(), 'en'));
  const unknown = new Set(
    [...question.matchAll(WORD)]
      .map(([word]) => word)
      .filter((word) => word.length >= MIN_CHARACTERS && !isStopWord(word.toLowerCase()) && !isFound(word)),
  );
  if (unknown.size === 0) return undefined;
  const suggestions = await index.suggest(access, [...unknown].slice(0, MAX_WORDS));
  if (suggestions.size === 0) return undefined;
  const corrected = question.replaceAll(WORD, (word) => suggestions.get(word)?.find(startsAs(word)) ?? word);
  return corrected === question ? undefined : corrected;
}

/**
 * Few err in the first letter, and a neighbour that differs in it is mostly another word: a small index knows
 * "master" and not "faster".
 */
function startsAs(word: string): (suggestion: string) => boolean {
  const first = fold(word)[0];
  return (suggestion) => fold(suggestion)[0] === first;
}
