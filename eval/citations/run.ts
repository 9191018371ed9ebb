import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { FreshetError } from '@freshet/shared/errors';
import { main } from '@freshet/shared/service/run';
import { readQuestions } from '../beir.ts';
import { HALVES, type Half, takeHalf } from '../split.ts';
import { createArticles, labelledSentences, type Paragraph } from './labelled-sentences.ts';
import { checkAll, measure, type Outcome } from './measure.ts';

/**
 * Precision and recall of the citation checks, on sentences whose truth is known; docs/answers.md.
 *
 *     npm run -s eval:citations -- --data FOLDER [--half dev|test|all] [--wrong N] [--json]
 *
 * FOLDER is in BEIR layout, with `metadata.answers` in its questions. `--wrong` shows so many sentences of each kind
 * that were taken for what they are not.
 */
const options = {
  data: { type: 'string' },
  half: { type: 'string', default: 'test' },
  wrong: { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
} as const;

await main(async () => {
  const { values } = parseArgs({ options });
  if (values.data === undefined) throw invalid('Name the data set: --data FOLDER.');
  const half = values.half as Half;
  if (!HALVES.includes(half)) throw invalid(`--half is ${HALVES.join(', ')}.`);
  const folder = resolve(values.data);
  const articles = createArticles(await readCorpus(join(folder, 'corpus.jsonl')));
  const questions = takeHalf(await readQuestions(folder), half);
  const outcomes = checkAll(questions.flatMap((question) => labelledSentences(question, articles)));
  if (outcomes.length === 0) throw invalid(`${folder} has no question with an answer word for word.`);
  const result = measure(outcomes);
  if (values.json) {
    console.log(JSON.stringify(result));
    return;
  }
  const { kinds, ...whole } = result;
  console.log(whole);
  console.table(kinds);
  showWrong(outcomes, Number(values.wrong));
});

function showWrong(outcomes: readonly Outcome[], count: number): void {
  const wrong = outcomes.filter(({ isTrue, verdict }) => isTrue !== (verdict === 'supported'));
  for (const [kind, of] of Map.groupBy(wrong, (outcome) => outcome.kind)) {
    for (const { text, verdict, score } of of.slice(0, count))
      console.log(`${kind}: ${verdict} ${score}: ${text}`);
  }
}

async function readCorpus(file: string): Promise<Paragraph[]> {
  const paragraphs: Paragraph[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      const { _id: id, title = '', text } = JSON.parse(line) as { _id: string; title?: string; text: string };
      paragraphs.push({ id, title, text });
    }
  } catch (cause) {
    throw invalid(`${file}: ${(cause as Error).message}.`, cause);
  }
  return paragraphs;
}

function invalid(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_REQUEST_INVALID', { detail, ...(cause === undefined ? {} : { cause }) });
}
