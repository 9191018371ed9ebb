import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Embedder } from '../embedding.ts';

const oddTexts = {
  empty: '',
  'white space': ' \n\t\u00a0\u2028',
  'lone surrogates': '\ud800 a\udfff\ud800',
  NUL: 'a\0b\0',
  emoji: 'deploy 🚀 👩‍👩‍👧‍👦 🇨🇭',
  'right to left': 'מדיניות החזרות — سياسة الإرجاع',
  CJK: '退款政策は三十日以内です。환불 정책',
  'a special token': '[SEP] [CLS][PAD]',
};

/** What every embedder keeps, whatever is behind it. `open` is called once for each test. */
export function testEmbedder(name: string, open: (t: TestContext) => Promise<Embedder>): void {
  test(`${name}: vectors have the dimensions it names, and unit length`, async (t) => {
    const embedder = await open(t);
    const vectors = await embedder.embedDocuments([
      'A refund takes ten days.',
      'Nodes drain before an upgrade.',
    ]);
    vectors.push(await embedder.embedQuery('How long does a refund take?'));
    for (const vector of vectors) assertUnit(vector, embedder.dimensions);
  });

  test(`${name}: texts keep their order, and a text its vector in any company`, async (t) => {
    const embedder = await open(t);
    const texts = Array.from(
      { length: 20 },
      (_, i) => `Item ${i} costs ${i * 7} francs ${'and more '.repeat(i)}`,
    );
    const together = await embedder.embedDocuments(texts);
    const reversed = (await embedder.embedDocuments(texts.toReversed())).reverse();
    const [alone] = await embedder.embedDocuments([texts[7]!]);
    assert.deepEqual(together, reversed);
    assert.deepEqual(together[7], alone);
  });

  test(`${name}: texts that share their words are nearer than those that do not`, async (t) => {
    const embedder = await open(t);
    const query = await embedder.embedQuery('refund days');
    const [near, far] = await embedder.embedDocuments([
      'A refund takes ten days',
      'Drain nodes before an upgrade',
    ]);
    assert.ok(dot(query, near!) > dot(query, far!));
  });

  for (const [kind, text] of Object.entries(oddTexts)) {
    test(`${name}: takes ${kind}`, async (t) => {
      const embedder = await open(t);
      const [vector] = await embedder.embedDocuments([text]);
      assertUnit(vector!, embedder.dimensions);
      assertUnit(await embedder.embedQuery(text), embedder.dimensions);
    });
  }

  test(`${name}: no texts give no vectors`, async (t) => {
    const embedder = await open(t);
    assert.deepEqual(await embedder.embedDocuments([]), []);
  });

  test(`${name}: an aborted signal rejects with its reason`, async (t) => {
    const embedder = await open(t);
    const reason = new Error('the client went away');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(embedder.embedDocuments(['a'], { signal }), reason);
    await assert.rejects(embedder.embedQuery('a', { signal }), reason);
  });

  test(`${name}: the fingerprint is the same at every opening`, async (t) => {
    const [one, two] = [await open(t), await open(t)];
    assert.notEqual(one.fingerprint, '');
    assert.equal(one.fingerprint, two.fingerprint);
  });

  test(`${name}: closing twice is closing once`, async (t) => {
    const embedder = await open(t);
    await embedder.close();
    await embedder.close();
  });
}

export function assertUnit(vector: Float32Array, dimensions: number): void {
  assert.equal(vector.length, dimensions);
  assert.ok(Math.abs(Math.sqrt(dot(vector, vector)) - 1) < 1e-5);
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
