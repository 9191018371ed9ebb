export interface AnswerScores {
  exactMatch: number;
  f1: number;
  /** Whether an answer of the set is within the given one, as a run of words; 0 without answers. */
  answerContained: number;
}

/** ASCII punctuation, Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
/** Between word boundaries of Unicode, as Python has them. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/**
 * Scores of one answer, as SQuAD 2.0's evaluation script defines them (Rajpurkar, Jia and Liang, "Know What You Don't
 * Know", 2018): the best over the answers of the set, after normalisation. A question without answers wants
 * an empty one, and an empty one to a question with answers scores 0.
 * @param given plain text without citations; empty for a refusal
 * @param answers of the set; empty for an unanswerable question
 */
export function scoreAnswer(given: string, answers: readonly string[]): AnswerScores {
  const said = normaliseAnswer(given);
  const wanted = answers.map(normaliseAnswer).filter((answer) => answer !== '');
  const best = (score: (answer: string) => number) =>
    Math.max(...(wanted.length > 0 ? wanted : ['']).map(score));
  return {
    exactMatch: best((answer) => Number(said === answer)),
    f1: best((answer) => f1(said, answer)),
    answerContained: Number(wanted.some((answer) => ` ${said} `.includes(` ${answer} `))),
  };
}

/** Lower case, without punctuation, articles and superfluous white space, in this order. */
export function normaliseAnswer(text: string): string {
  return text.toLowerCase().replace(PUNCTUATION, '').replace(ARTICLES, ' ').replace(/\s+/g, ' ').trim();
}

/** Harmonic mean of precision and recall over the words, each as often as it occurs. */
function f1(said: string, wanted: string): number {
  if (said === '' || wanted === '') return Number(said === wanted);
  const [given, gold] = [said.split(' '), wanted.split(' ')];
  const left = new Map<string, number>();
  for (const word of gold) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    shared += 1;
    left.set(word, count - 1);
  }
  return (2 * shared) / (given.length + gold.length);
}
