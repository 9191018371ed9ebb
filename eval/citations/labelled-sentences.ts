import { sentenceSpans } from '@freshet/shared/text/sentences';
import type { Question } from '../beir.ts';
import {
  type AlterContext,
  alterAntonym,
  alterName,
  alterNegation,
  alterNumber,
  type FalseKind,
  namesOf,
} from './alter.ts';
import { pick } from './pick.ts';
import { reorder, shorten, type TrueKind, toStatement } from './rephrase.ts';

export interface Paragraph {
  id: string;
  title: string;
  text: string;
}

/** A sentence whose truth is known, with the paragraphs it is to be checked against. */
export interface LabelledSentence {
  text: string;
  /** The paragraph that it cites; without one it is held against all. */
  cited: string | undefined;
  paragraphs: readonly Paragraph[];
  isTrue: boolean;
  /** Of a true sentence, how it was rephrased; of a false one, what was altered in such a sentence. */
  kind: TrueKind | FalseKind;
}

/** Paragraphs of the same article beside the one that holds the answer. */
const NEIGHBOURS = 3;
const MIN_WORDS = 5;

/**
 * A true and a false sentence of a question that its paragraph answers; none where its answer does not stand in one
 * sentence of it. Half of the true ones, and what is altered by number, name, negation and antonym, name their citation.
 */
export function labelledSentences(question: Question, articles: Articles): LabelledSentence[] {
  const paragraph = articles.find(question);
  const answer = question.answers[0];
  if (!paragraph || answer === undefined) return [];
  const source = sentenceSpans(paragraph.text)
    .map(({ start, end }) => paragraph.text.slice(start, end))
    .find((sentence) => sentence.includes(answer) && sentence.split(' ').length >= MIN_WORDS);
  if (source === undefined) return [];
  const key = question.id;
  const others = articles.besides(paragraph);
  const paragraphs = pick([true, false], `${key} place`) ? [paragraph, ...others] : [...others, paragraph];
  const cites = pick([true, false], `${key} cites`);

  const forms: [TrueKind, string | undefined][] = [
    ['verbatim', source],
    ['shortened', shorten(source, answer)],
    ['reordered', reorder(source)],
    ['statement', toStatement(question.text, answer)],
  ];
  const truths = forms.flatMap(([kind, text]) => (text === undefined ? [] : [{ kind, text }]));
  const truth = pick(truths, `${key} true`)!;
  const base = pick(truths, `${key} base`)!.text;
  const context: AlterContext = {
    key,
    source,
    paragraph: paragraph.text,
    names: pick([namesIn([paragraph]), namesIn([paragraph, ...others])], `${key} names`)!,
  };
  const altered: [FalseKind, string | undefined][] = [
    ['number', alterNumber(base, context)],
    ['name', alterName(base, context)],
    ['negation', alterNegation(base)],
    ['antonym', alterAntonym(base, context)],
    ['citation', others.length > 0 ? base : undefined],
  ];
  const falsehoods = altered.flatMap(([kind, text]) => (text === undefined ? [] : [{ kind, text }]));
  const falsehood = pick(falsehoods, `${key} false`);
  return [
    { ...truth, isTrue: true, paragraphs, cited: cites ? paragraph.id : undefined },
    ...(falsehood
      ? [
          {
            ...falsehood,
            isTrue: false,
            paragraphs,
            cited:
              falsehood.kind === 'citation'
                ? pick(others, `${key} wrong`)!.id
                : cites
                  ? paragraph.id
                  : undefined,
          },
        ]
      : []),
  ];
}

function namesIn(paragraphs: readonly Paragraph[]): string[] {
  return [...new Set(paragraphs.flatMap(({ text }) => namesOf(text).map(({ name }) => name)))];
}

export interface Articles {
  find(question: Question): Paragraph | undefined;
  besides(paragraph: Paragraph): Paragraph[];
}

/** Paragraphs by the articles that they are of: those of one title, in the order of the corpus. */
export function createArticles(corpus: readonly Paragraph[]): Articles {
  const byId = new Map(corpus.map((paragraph) => [paragraph.id, paragraph]));
  const byTitle = Map.groupBy(corpus, ({ title }) => title);
  return {
    find: ({ labels }) => byId.get([...labels].find(([, grade]) => grade > 0)?.[0] ?? ''),
    besides(paragraph) {
      const all = byTitle.get(paragraph.title) ?? [];
      const at = all.indexOf(paragraph);
      return [...all.slice(at + 1), ...all.slice(0, at)].slice(0, NEIGHBOURS);
    },
  };
}
