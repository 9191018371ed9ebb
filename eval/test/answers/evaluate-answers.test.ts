import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createProgress } from '@freshet/cli/progress';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { ABSTENTION } from '@freshet/models/generation/abstention';
import { generatorModelConfig } from '@freshet/models/open-generator';
import { openGenerationRoutes } from '@freshet/models/open-routes';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { Type } from 'typebox';
import { evaluateAnswers } from '../../answers/evaluate-answers.ts';

const CORPUS = [
  { _id: 'whale', title: 'Whales', text: 'The blue whale is the largest animal that ever lived.' },
  { _id: 'tides', title: 'Tides', text: 'Spring tides come with the new and the full moon.' },
  { _id: 'basalt', title: 'Basalt', text: 'Basalt is a dark volcanic rock.' },
];
const QUERIES = [
  { _id: 'q1', text: 'Which animal is the largest?', metadata: { answers: ['blue whale'] } },
  {
    _id: 'q2',
    text: 'When do spring tides come?',
    metadata: { answers: ['new and full moon', 'full moon'] },
  },
  { _id: 'q3', text: 'Who painted the ceiling?', metadata: { unanswerable: true } },
];

async function writeSet(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-answer-set-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'qrels'));
  const toLines = (records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(folder, 'corpus.jsonl'), toLines(CORPUS));
  await writeFile(join(folder, 'queries.jsonl'), toLines(QUERIES));
  await writeFile(
    join(folder, 'qrels', 'test.tsv'),
    'query-id\tcorpus-id\tscore\nq1\twhale\t1\nq2\ttides\t1\n',
  );
  return folder;
}

/** The number of the passage with these words. */
function refOf(words: string, prompt: string): string {
  const passages = prompt.matchAll(/<passage ref="(\d+)"[^>]*>\n([^<]*)/g);
  return [...passages].find(([, , text]) => text!.includes(words))![1]!;
}

/** Knows every answer, and when there is none. */
function rightly(prompt: string): string {
  if (prompt.endsWith(QUERIES[0]!.text)) return `The blue whale [${refOf('blue whale', prompt)}].`;
  if (prompt.endsWith(QUERIES[1]!.text)) {
    return `Spring tides come with the new and the full moon. [${refOf('Spring tides', prompt)}]`;
  }
  return ABSTENTION;
}

/** Knows nothing, cites what says something else, and answers what has no answer. */
function wrongly(prompt: string): string {
  return `A pink cathedral in Lisbon. [${refOf('Basalt', prompt)}]`;
}

async function openModels(t: TestContext, folder: string) {
  const right = await startFakeOpenAi({ maxTokens: 8000, answer: rightly });
  const wrong = await startFakeOpenAi({
    maxTokens: 8000,
    answer: wrongly,
    async beforeAnswer({ body }) {
      if (JSON.stringify(body).includes(QUERIES[1]!.text)) throw new Error('The engine died.');
    },
  });
  const file = join(folder, 'routes.json');
  const route = { provider: 'openai', price: { inputPerMTok: 1, outputPerMTok: 2 }, maxAttempts: 1 };
  await writeFile(
    file,
    JSON.stringify({
      default: 'right',
      routes: {
        right: { ...route, url: right.url, model: 'large' },
        wrong: { ...route, url: wrong.url, model: 'small' },
      },
      aliases: { tuned: 'right' },
      lastResort: 'none',
    }),
  );
  const table = await openGenerationRoutes(
    loadConfig(Type.Object(generatorModelConfig), { ROUTES_FILE: file }),
    createLogger({ name: 'test', level: 'silent' }),
  );
  t.after(() => Promise.all([table.close(), right.close(), wrong.close()]));
  return table;
}

test('routes are asked at the chat endpoint of a real fleet, and each gets its report', async (t) => {
  const folder = await writeSet(t);
  const embedder = createHashedEmbedder();
  const run = {
    folder,
    embedder,
    half: 'all' as const,
    table: await openModels(t, folder),
    // What the models do is judged, not what is refused before they are asked.
    env: { ABSTAIN_BELOW: '0' },
    progress: createProgress({ isQuiet: true }),
    signal: t.signal,
  };
  const [right, wrong] = await evaluateAnswers({ ...run, routes: ['tuned', 'wrong'], concurrency: 2 });
  assert.ok(right && wrong);

  assert.deepEqual(
    right.results.map(({ id, outcome }) => [id, outcome]),
    [
      ['q1', 'answered'],
      ['q2', 'answered'],
      ['q3', 'refused'],
    ],
  );
  assert.deepEqual([right.route, right.answeredBy], ['tuned', { right: 3 }]);
  const meanOf = (metric: keyof typeof right.metrics) => right.metrics[metric]?.mean;
  assert.equal(meanOf('exactMatch'), 0.6667, 'the second answer is a whole sentence');
  assert.equal(right.results[1]?.scores?.f1, 8 / 12);
  for (const metric of [
    'answerContained',
    'refusedUnanswerable',
    'supportedShare',
    'citationPrecision',
    'citationRecall',
    'evidenceFound',
  ] as const) {
    assert.equal(meanOf(metric), 1, metric);
  }
  assert.equal(meanOf('refusedAnswerable'), 0);
  const [{ inputTokens, outputTokens, costUsd }] = right.results as [(typeof right.results)[0]];
  assert.ok(inputTokens > 50 && outputTokens > 0);
  assert.ok(Math.abs(costUsd! - (inputTokens + 2 * outputTokens) / 1e6) < 1e-12);
  assert.ok(right.results.every(({ firstDeltaMs, totalMs }) => firstDeltaMs! <= totalMs!));
  assert.ok(!JSON.stringify(right).includes('whale.'), 'a report holds no text');

  assert.equal(wrong.metrics.exactMatch?.mean, 0);
  assert.equal(wrong.metrics.refusedUnanswerable?.mean, 0);
  assert.equal(wrong.metrics.supportedShare?.mean, 0);
  assert.equal(wrong.metrics.citationPrecision?.mean, 0);
  assert.equal(wrong.metrics.failed?.mean, 0.3333);
  assert.equal(Object.values(wrong.failures)[0], 1);

  await assert.rejects(evaluateAnswers({ ...run, routes: ['nobody'] }), { code: 'FRESHET_ROUTE_UNKNOWN' });
});
