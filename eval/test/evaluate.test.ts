import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProgress } from '@freshet/cli/progress';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { createLogger } from '@freshet/shared/log';
import { evaluate } from '../evaluate.ts';

const CORPUS = [
  { _id: 'whale', title: 'Whales', text: 'The blue whale is the largest animal that ever lived.' },
  { _id: 'tides', title: 'Tides', text: 'Spring tides come with the new and the full moon.' },
  { _id: 'basalt', title: 'Basalt', text: 'Basalt is a dark volcanic rock.' },
  { _id: 'sonnet', title: 'Sonnets', text: 'A sonnet has fourteen lines.' },
];
const QUERIES = [
  { _id: 'q1', text: 'Which animal is the largest?', metadata: { answers: ['blue whale'] } },
  { _id: 'q2', text: 'When do spring tides come?', metadata: { answers: ['at equinox'] } },
  { _id: 'q3', text: 'Who painted the ceiling?', metadata: { unanswerable: true } },
];

test('a set goes through the real ingestor and retriever, whole and as a sample', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-eval-set-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'qrels'));
  const toLines = (records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(join(folder, 'corpus.jsonl'), toLines(CORPUS));
  await writeFile(join(folder, 'queries.jsonl'), toLines(QUERIES));
  await writeFile(
    join(folder, 'qrels', 'test.tsv'),
    'query-id\tcorpus-id\tscore\nq1\twhale\t1\nq2\ttides\t1\n',
  );
  const local = await openLocalEmbedder({ EMBED_THREADS: 1 }, createLogger({ name: 'test', level: 'warn' }));
  t.after(() => local.embedder.close());
  const run = { ...local, folder, progress: createProgress({ isQuiet: true }), signal: t.signal };

  const whole = await evaluate({ ...run, half: 'all' });
  assert.equal(whole.documents, 4);
  assert.deepEqual([whole.questions, whole.unanswerableQuestions], [2, 1]);
  assert.equal(whole.byDocument['recall@1'].mean, 1);
  assert.equal(whole.byPassage?.['recall@10'].mean, 0.5, 'the second answer stands nowhere word for word');
  assert.deepEqual(whole.results[0]?.documents[0], 'whale');
  assert.ok(whole.answerable !== undefined);

  const sample = await evaluate({ ...run, half: 'all', sample: { questions: 3, distractors: 1 } });
  assert.equal(sample.documents, 3, 'both labelled documents and one other');
  const none = evaluate({ ...run, half: 'all', sample: { questions: 0, distractors: 1 } });
  await assert.rejects(none, { code: 'FRESHET_REQUEST_INVALID' });
});
