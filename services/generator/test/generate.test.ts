import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationPart } from '@freshet/models/generation';
import type { GenerateEvent, Passage } from '@freshet/shared/contracts';
import { createJudgedLater } from '../citations/judged-later.ts';
import { type AnswerPolicy, type GenerateOptions, generate } from '../generate.ts';

type Finished = Omit<Extract<GenerationPart, { type: 'finished' }>, 'type'>;

const usage = { inputTokens: 1000, outputTokens: 50 };
const routed = { route: 'default', model: 'a-model', attempts: [] };
const passages: Passage[] = [
  {
    ref: 1,
    source: 'handbook',
    documentId: 'refunds',
    version: 1,
    title: 'Refunds',
    headingPath: [],
    text: 'Refunds take ten days.',
    span: { start: 0, end: 22 },
    score: 1,
    changedAt: '2026-11-01T12:00:00Z',
  },
];
const mark: AnswerPolicy = { citations: 'mark', abstainBelow: 0 };
const strip: AnswerPolicy = { citations: 'strip', abstainBelow: 0 };
const question: GenerateOptions = {
  messages: [{ role: 'user', content: 'How long?' }],
  passages,
  tenant: 'default',
  signal: new AbortController().signal,
};

function saying(texts: readonly string[], finished: Finished = { finishReason: 'stop', usage }) {
  let calls = 0;
  const router = {
    async *generate() {
      calls += 1;
      for (const text of texts) yield { type: 'delta' as const, text };
      yield { type: 'finished' as const, ...finished, ...routed };
    },
  };
  return { router, calls: () => calls };
}

async function events(
  { router }: Pick<ReturnType<typeof saying>, 'router'>,
  policy: AnswerPolicy = mark,
  options: Partial<GenerateOptions> = {},
) {
  const all: GenerateEvent[] = [];
  for await (const event of generate(router, { ...question, ...options }, policy)) all.push(event);
  return all;
}

const textOf = (all: readonly GenerateEvent[]) =>
  all.map((event) => (event.type === 'answer.delta' ? event.text : '')).join('');
const completedOf = (all: readonly GenerateEvent[]) => {
  const last = all.at(-1);
  assert.equal(last?.type, 'generation.completed');
  return last as Extract<GenerateEvent, { type: 'generation.completed' }>;
};

test('the last event has the model, its usage, its prompt and what it cost', async () => {
  const finished: Finished = {
    finishReason: 'stop',
    usage,
    costUsd: 0.00125,
    promptHash: 'abc',
    omittedRefs: [2],
  };
  const all = await events(saying(['Refunds take ten days.'], finished));
  assert.deepEqual(all.at(-1), { type: 'generation.completed', ...routed, ...finished });
});

test('a price that is not known gives no cost, not one of nothing', async () => {
  assert.ok(!('costUsd' in completedOf(await events(saying(['Ten days.'])))));
});

test('an abstention is not checked for citations, nor is one within an answer', async () => {
  const abstained = await events(saying(['I do not know.'], { finishReason: 'abstained', usage }));
  assert.deepEqual(
    abstained.map(({ type }) => type),
    ['answer.delta', 'generation.completed'],
  );
  const within = await events(saying(['Refunds take ten days. [1] The passages do not mention fees.']));
  assert.equal(within.filter(({ type }) => type === 'citation.checked').length, 1);
});

test('the check of a sentence follows its text before the next one comes', async () => {
  const all = await events(saying(['Refunds take ten days. [1]', ' Then', ' it ends.']));
  assert.deepEqual(
    all.map(({ type }) => type),
    [
      'answer.delta',
      'answer.delta',
      'citation.checked',
      'answer.delta',
      'citation.checked',
      'generation.completed',
    ],
  );
});

test('strip leaves out what no passage supports, gives whole sentences, and says how many are gone', async () => {
  const texts = [
    'Refunds take',
    ' ten days. [1] They cost',
    ' 99 euros a month in Paris. [1]\nRefunds take ten',
    ' days.',
  ];
  const all = await events(saying(texts), strip);
  assert.deepEqual(
    all.flatMap((event) => (event.type === 'answer.delta' ? [event.text] : [])),
    ['Refunds take ten days. [1] ', 'Refunds take ten days.'],
  );
  assert.ok(all.every((event) => event.type !== 'citation.checked' || event.verdict !== 'unsupported'));
  assert.equal(completedOf(all).strippedSentences, 1);
});

test('an answer of which nothing is left is an abstention', async () => {
  const all = await events(saying(['The moon is made of cheese. [1]']), strip);
  assert.match(textOf(all), /found no answer/);
  assert.deepEqual([completedOf(all).finishReason, completedOf(all).strippedSentences], ['abstained', 1]);
});

test('strip keeps a refusal of the model', async () => {
  const all = await events(saying(['I cannot answer that.'], { finishReason: 'abstained', usage }), strip);
  assert.equal(textOf(all), 'I cannot answer that.');
  assert.equal(completedOf(all).strippedSentences, undefined);
});

test('below the confidence no model is asked, and the answer names the nearest passages', async () => {
  const model = saying(['Ten days.']);
  const all = await events(model, { ...mark, abstainBelow: 0.3 }, { confidence: 0.29 });
  assert.equal(model.calls(), 0);
  assert.match(textOf(all), /found no answer.*“Refunds” \[1\]/);
  assert.deepEqual(
    [completedOf(all).finishReason, completedOf(all).usage, completedOf(all).attempts],
    ['abstained', { inputTokens: 0, outputTokens: 0 }, []],
  );
});

test('at the confidence, without one, and with a limit of 0, the model is asked', async () => {
  for (const [confidence, abstainBelow] of [
    [0.3, 0.3],
    [undefined, 0.3],
    [0, 0],
  ] as const) {
    const model = saying(['Refunds take ten days.']);
    await events(model, { ...mark, abstainBelow }, { confidence });
    assert.equal(model.calls(), 1);
  }
});

test('a refusal is in the language of the question, and bare where there are no passages', async () => {
  const messages = [
    { role: 'user' as const, content: 'Wie lange dauert die Erstattung und was kostet sie?' },
  ];
  const all = await events(
    saying([]),
    { ...mark, abstainBelow: 0.5 },
    { confidence: 0, messages, passages: [] },
  );
  assert.equal(
    textOf(all),
    'In den Dokumenten, die Sie sehen dürfen, habe ich keine Antwort darauf gefunden.',
  );
});

test('text does not wait for a judge; the end of the answer does', async () => {
  const verdict = Promise.withResolvers<{ verdict: 'supported'; model: string }>();
  const seen: string[] = [];
  const judged = createJudgedLater({
    judge: { judge: () => verdict.promise },
    passages,
    signal: question.signal,
    timeoutMs: 60_000,
  });
  const { router } = saying(['Refunds are slow. [1] ', 'And so on. [1] ', 'The end.']);
  for await (const event of generate(router, question, { ...mark, judged })) {
    seen.push(event.type);
    if (event.type === 'answer.delta' && event.text === 'The end.')
      verdict.resolve({ verdict: 'supported', model: 'j' });
  }
  assert.deepEqual(seen, [
    ...['answer.delta', 'answer.delta', 'answer.delta'],
    ...['citation.checked', 'citation.checked', 'citation.checked'],
    'generation.completed',
  ]);
});

test('a model that fails ends the answer with its error, under each policy', async () => {
  const failing = {
    async *generate() {
      yield { type: 'delta' as const, text: 'Refunds take ten days. ' };
      throw new Error('gone');
    },
  };
  const judged = createJudgedLater({
    judge: { judge: async () => undefined },
    passages,
    signal: question.signal,
    timeoutMs: 1000,
  });
  for (const policy of [mark, strip, { ...mark, judged }]) {
    await assert.rejects(events({ router: failing }, policy), /gone/);
  }
});
