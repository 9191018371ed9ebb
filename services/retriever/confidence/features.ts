import type { Passage } from '@freshet/shared/contracts';
import { inverseFrequencies } from '@freshet/shared/text/inverse-frequencies';
import { hasOpposite, isNegation } from '@freshet/shared/text/opposites';
import { type ContentWord, contentWordsOf, toWords, WORD_KINDS, type Word } from '../texts.ts';
import { type BestSentence, coverage, findBestSentence, readPassage, type Weights } from './best-sentence.ts';
import { expectationFeatures } from './expected-answer.ts';

export type Features = Record<string, number>;

/** Passages that are read; an answer that is not in these is hardly given. */
const READ_PASSAGES = 5;

/**
 * What tells whether passages answer a question: how they were found, which of its words they hold and lack, whether
 * they say the contrary, and whether they hold what kind of thing it asks for. `undefined` without passages or
 * without a word to go by.
 */
export function readFeatures(question: string, passages: readonly Passage[]): Features | undefined {
  const words = toWords(question);
  const content = contentWordsOf(words);
  const read = passages.slice(0, READ_PASSAGES).map(readPassage);
  const weights = inverseFrequencies(
    content.map(({ stem }) => stem),
    read.flatMap(({ sentences }) => sentences.map(({ stems }) => stems)),
  );
  const best = findBestSentence(content, weights, read);
  if (!best || content.length === 0) return undefined;
  return {
    ...scoreFeatures(passages),
    ...coverageFeatures(content, weights, best),
    ...orderFeatures(content, best),
    ...negationFeatures(words, content, best),
    ...expectationFeatures(question, content, best.sentence),
    words: words.length,
    contentWords: content.length,
    sentenceWords: Math.min(best.sentence.words.length, 80),
  };
}

function scoreFeatures(passages: readonly Passage[]): Features {
  const vector = descending(passages.map(({ vectorScore }) => vectorScore ?? 0));
  const lexical = descending(passages.map(({ lexicalScore }) => lexicalScore ?? 0));
  const [first, second] = passages;
  return {
    cosine: vector[0] ?? 0,
    cosineGap: (vector[0] ?? 0) - (vector[1] ?? 0),
    cosineLead: (vector[0] ?? 0) - (vector[4] ?? 0),
    firstCosine: first?.vectorScore ?? 0,
    lexicalGap: gap(lexical),
    fusedGap: (first?.score ?? 0) - (second?.score ?? 0),
    agreement: Number(first?.vectorScore === vector[0] && first?.lexicalScore === lexical[0]),
  };
}

function descending(values: number[]): number[] {
  return values.sort((a, b) => b - a);
}

function gap([first = 0, second = 0]: readonly number[]): number {
  return first === 0 ? 0 : (first - second) / first;
}

function coverageFeatures(content: readonly ContentWord[], weights: Weights, best: BestSentence): Features {
  const { sentence, near, passage, rank } = best;
  const anywhere = new Set([...passage.stems, ...passage.headingStems]);
  const places = { Sentence: sentence.stems, Near: near, Passage: anywhere };
  const features: Features = { sentenceRank: rank };
  for (const [place, stems] of Object.entries(places)) {
    features[`covered${place}`] = coverage(content, weights, stems);
    const missing = content.filter(({ stem }) => !stems.has(stem));
    features[`heaviestMissing${place}`] = Math.max(0, ...missing.map(({ stem }) => weights.get(stem) ?? 0));
    for (const kind of WORD_KINDS) {
      features[`${kind}sMissing${place}`] = missing.filter((word) => word.kind === kind).length;
    }
    features[`opposites${place}`] = missing.filter(({ stem }) => hasOpposite(stem, stems)).length;
  }
  return features;
}

/** Words that stand in the question's order, and close together, are more likely said of each other. */
function orderFeatures(content: readonly ContentWord[], { sentence, passage }: BestSentence): Features {
  const pairs = pairsOf(content);
  const share = (known: ReadonlySet<string>) =>
    pairs.length === 0 ? 0.5 : pairs.filter((pair) => known.has(pair)).length / pairs.length;
  const inSentence = new Set(pairsOf(sentence.words.filter(({ isStop }) => !isStop)));
  const inPassage = new Set(
    passage.sentences.flatMap(({ words }) => pairsOf(words.filter(({ isStop }) => !isStop))),
  );
  const places = content
    .map(({ stem }) => sentence.words.findIndex((word) => word.stem === stem))
    .filter((place) => place >= 0);
  const steps = places.slice(1).map((place, i) => Number(place > (places[i] as number)));
  return {
    pairsSentence: share(inSentence),
    pairsPassage: share(inPassage),
    inOrder: steps.length === 0 ? 0.5 : steps.reduce((sum, step) => sum + step, 0) / steps.length,
    spread: places.length === 0 ? 10 : (Math.max(...places) - Math.min(...places) + 1) / places.length,
  };
}

function pairsOf(words: readonly Word[]): string[] {
  return words.slice(1).map(({ stem }, i) => `${words[i]?.stem} ${stem}`);
}

function negationFeatures(
  words: readonly Word[],
  content: readonly ContentWord[],
  { sentence, passage }: BestSentence,
): Features {
  const negates = (list: readonly Word[]) => list.some(({ text }) => isNegation(text.toLowerCase()));
  const question = negates(words);
  const answer = negates(sentence.words);
  return {
    negated: Number(question),
    negatedAlone: Number(question && !answer),
    negatedThere: Number(!question && answer),
    negatedPassage: Number(passage.sentences.some((other) => negates(other.words))),
    never: Number(words.some(({ text }) => text.toLowerCase() === 'never')),
    superlatives: content.filter(({ text }) => /^(?:most|least|.{2,}est)$/i.test(text)).length,
  };
}
