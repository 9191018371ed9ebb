import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readQuestions } from '../beir.ts';

async function makeSet(t: TestContext, queries: unknown[], qrels: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-beir-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'qrels'));
  const lines = queries.map((query) => (typeof query === 'string' ? query : JSON.stringify(query)));
  await writeFile(join(folder, 'queries.jsonl'), lines.join('\n'));
  await writeFile(join(folder, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels}`);
  return folder;
}

test('questions have their labels and answers; those that nobody judged are left out', async (t) => {
  const folder = await makeSet(
    t,
    [
      { _id: 'q1', text: 'Blue?', metadata: { answers: ['blue'] } },
      { _id: 'q2', text: 'Never asked' },
      { _id: 'q3', text: 'No answer?', metadata: { unanswerable: true } },
      { _id: 'q4', text: 'None either?', metadata: { answerable: false } },
      { _id: 'q5', text: 'Judged irrelevant alone' },
    ],
    'q1\td1\t2\r\nq1\td2\t0\nq5\td1\t0\n',
  );
  assert.deepEqual(await readQuestions(folder), [
    {
      id: 'q1',
      text: 'Blue?',
      labels: new Map([
        ['d1', 2],
        ['d2', 0],
      ]),
      answers: ['blue'],
    },
    { id: 'q3', text: 'No answer?', labels: new Map(), answers: [] },
    { id: 'q4', text: 'None either?', labels: new Map(), answers: [] },
  ]);
});

test('a broken file is refused with the line that is wrong', async (t) => {
  const query = { _id: 'q1', text: 'Blue?' };
  const refused = (place: RegExp) => ({ code: 'FRESHET_REQUEST_INVALID', message: place });
  await assert.rejects(readQuestions(await makeSet(t, [query, '{"_id":'], '')), refused(/queries\.jsonl:2/));
  await assert.rejects(readQuestions(await makeSet(t, ['null'], '')), refused(/queries\.jsonl:1/));
  await assert.rejects(readQuestions(await makeSet(t, [{ _id: 7 }], '')), refused(/queries\.jsonl:1/));
  await assert.rejects(readQuestions(await makeSet(t, [query], 'q1 d1 1')), refused(/test\.tsv:2/));
  await assert.rejects(readQuestions(await makeSet(t, [query], 'q1\td1\tyes')), refused(/test\.tsv:2/));
  await assert.rejects(readQuestions('/no/such/folder'), refused(/ENOENT/));
});
