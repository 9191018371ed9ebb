import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { openOnnxEmbedder } from '../../../embedding/onnx/embedder.ts';
import { bgeSmallEn } from '../../../weights/bundle.ts';
import { ensureWeights, type Weights } from '../../../weights/ensure.ts';
import { dot, testEmbedder } from '../../embedder-contract.ts';

let weights: Weights<'model' | 'tokenizer'>;
before(async () => {
  weights = await ensureWeights(bgeSmallEn);
});

async function open(t: TestContext, { threads = 1, niceness = 0 } = {}) {
  const embedder = await openOnnxEmbedder({ ...weights, threads, niceness });
  t.after(() => embedder.close());
  return embedder;
}

testEmbedder('bge-small on ONNX', open);

test('meaning counts, not words', async (t) => {
  const embedder = await open(t);
  const query = await embedder.embedQuery('How do I get my money back?');
  const [refund, drain, back] = await embedder.embedDocuments([
    'Refunds are paid within ten days of the return.',
    'Nodes are drained before the cluster is upgraded.',
    'The back of the building has its own door.',
  ]);
  assert.ok(dot(query, refund!) > dot(query, back!));
  assert.ok(dot(query, back!) > dot(query, drain!));
});

test('vectors do not depend on the number of threads', async (t) => {
  const texts = Array.from(
    { length: 12 },
    (_, i) => `Release ${i} fixes ${'a few things and '.repeat(i)}more.`,
  );
  const [one, two] = [await open(t), await open(t, { threads: 2 })];
  assert.equal(one.fingerprint, two.fingerprint);
  assert.deepEqual(await one.embedDocuments(texts), await two.embedDocuments(texts));
});

test('threads that embed yield to the others of the process when they are told to', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const ids = await readdir('/proc/self/task');
  const own = getPriority(process.pid);
  await open(t, { threads: 2, niceness: 7 });
  assert.equal(getPriority(process.pid), own);
  const added = (await readdir('/proc/self/task')).filter((id) => !ids.includes(id));
  const nice = added.filter((id) => getPriority(Number(id)) === 7);
  assert.ok(nice.length >= 2, `${nice.length} threads of ${added.length}`);
});

test('a query is embedded with its prefix, a document without', async (t) => {
  const embedder = await open(t);
  const text = 'a refund';
  const [plain, prefixed] = await embedder.embedDocuments([
    text,
    `Represent this sentence for searching relevant passages: ${text}`,
  ]);
  const query = await embedder.embedQuery(text);
  assert.deepEqual(query, prefixed);
  assert.notDeepEqual(query, plain);
});

test('a text is cut off after 512 tokens, with [CLS] and [SEP] kept', async (t) => {
  const embedder = await open(t);
  const [exact, longer, shorter] = await embedder.embedDocuments([
    'word '.repeat(510),
    `${'word '.repeat(510)}and much that is never seen`,
    'word '.repeat(509),
  ]);
  assert.deepEqual(exact, longer);
  assert.notDeepEqual(exact, shorter);
});

test('a megabyte of anything costs no more than a full text', async (t) => {
  const embedder = await open(t);
  const start = performance.now();
  await embedder.embedDocuments([
    `${'a'.repeat(99)} `.repeat(10_000),
    '漢'.repeat(1_000_000),
    ' '.repeat(1_000_000),
  ]);
  // Two full texts and an empty one take half a second; reading all of the first alone would take twenty.
  assert.ok(performance.now() - start < 5000);
});

test('aborting in the middle of many texts stops the rest', async (t) => {
  const embedder = await open(t);
  const controller = new AbortController();
  const many = embedder.embedDocuments(Array(10_000).fill('some text'), { signal: controller.signal });
  await embedder.embedQuery('does it run?');
  controller.abort(new Error('the client went away'));
  await assert.rejects(many, /the client went away/);
  assert.equal((await embedder.embedQuery('and now?')).length, 384);
});

test('a broken model is an error at open', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-'));
  t.after(() => rm(folder, { recursive: true }));
  const model = join(folder, 'model.onnx');
  await writeFile(model, (await readFile(weights.model)).subarray(0, 100_000));
  const broken = { code: 'FRESHET_MODEL_UNAVAILABLE', message: /model\.onnx/ };
  await assert.rejects(openOnnxEmbedder({ ...weights, model, threads: 2 }), broken);
  await assert.rejects(openOnnxEmbedder({ ...weights, model: join(folder, 'no-model.onnx') }), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
    message: /no-model\.onnx/,
  });
  await assert.rejects(openOnnxEmbedder({ ...weights, tokenizer: model }), {
    code: 'FRESHET_MODEL_UNAVAILABLE',
  });
});

test('the fingerprint names model, weights, runtime, pooling, prefix and dimensions', async (t) => {
  const { fingerprint } = await open(t);
  assert.match(
    fingerprint,
    /^bge-small-en-v1\.5-int8\/6c9c6101a956\/tokenizer-d241a60d5e8f\/onnxruntime-node-\d+\.\d+\.\d+\/cls\/prefix-[0-9a-f]{8}\/512t\/384d$/,
  );
});

test('ONNX Runtime leaves no identifier of the machine behind, with which it would report on it', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'freshet-home-'));
  t.after(() => rm(home, { recursive: true }));
  const script = `
    import { openOnnxEmbedder } from ${JSON.stringify(new URL('../../../embedding/onnx/embedder.ts', import.meta.url))};
    const embedder = await openOnnxEmbedder({ ...${JSON.stringify(weights)}, threads: 1 });
    await embedder.embedDocuments(['one']);
    await embedder.close();`;
  const env = { PATH: process.env['PATH'], HOME: home };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    timeout: 30_000,
  });
  assert.deepEqual(await readdir(home, { recursive: true }), []);
});

for (const ending of ['await embedder.close()', '']) {
  test(`the process ends by itself ${ending ? 'after close' : 'without close'}`, async () => {
    const script = `
      import { openOnnxEmbedder } from ${JSON.stringify(new URL('../../../embedding/onnx/embedder.ts', import.meta.url))};
      const embedder = await openOnnxEmbedder({ ...${JSON.stringify(weights)}, threads: 2 });
      await embedder.embedDocuments(['one', 'two', 'three']);
      ${ending};`;
    const args = ['--input-type=module', '--eval', script];
    const { stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    assert.equal(stderr, '');
  });
}
