import type { Passage } from '@freshet/shared/contracts';
import type { Question } from './beir.ts';

type FoundPassage = Pick<Passage, 'documentId' | 'text'>;

/**
 * Rank of the first passage, from 0, that holds an answer; -1 when none does. There is one right passage a question:
 * its further copies gain nothing.
 */
export function rankOfAnswer(question: Question, passages: readonly FoundPassage[]): number {
  const holds = createAnswerCheck(question);
  return passages.findIndex(holds);
}

/** Whether a passage is of a relevant document and holds an answer of the set word for word, but for case and white space. */
export function createAnswerCheck({ labels, answers }: Pick<Question, 'labels' | 'answers'>) {
  const wanted = answers.map(normalise).filter((answer) => answer !== '');
  return ({ documentId, text }: FoundPassage): boolean => {
    if ((labels.get(documentId) ?? 0) <= 0) return false;
    const held = normalise(text);
    return wanted.some((answer) => held.includes(answer));
  };
}

function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
