import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { WeightBundle, WeightFile } from '../../weights/bundle.ts';
import type { WeightSource } from '../../weights/source.ts';

/** Small weights: the rules are the same, and a test can afford to send them wrong. */
export const contents = {
  'tiny.onnx': Buffer.from('weights '.repeat(20_000)),
  'tiny-tokenizer.json': Buffer.from('{"model":{}}'),
};

export function tinyBundle(origin = 'http://127.0.0.1:1'): WeightBundle<'model' | 'tokenizer'> {
  const file = (name: keyof typeof contents): WeightFile => ({
    name,
    sha256: createHash('sha256').update(contents[name]).digest('hex'),
    bytes: contents[name].length,
    url: `${origin}/${name}`,
  });
  return {
    name: 'tiny',
    maven: 'dev.example:tiny:1.0.0',
    files: { model: file('tiny.onnx'), tokenizer: file('tiny-tokenizer.json') },
  };
}

export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What stands in a folder: names to contents. */
export async function listing(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

/** A source that yields what the function makes of each file. */
export function sourceOf(name: string, body: (file: WeightFile) => AsyncIterable<Uint8Array>): WeightSource {
  return {
    name,
    async *fetch(_bundle, files) {
      for (const file of files) yield { file, body: body(file) };
    },
  };
}

export async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

/** Gives every file as it should be. */
export const goodSource = sourceOf('good', ({ name }) => chunks(contents[name as keyof typeof contents]));

/** Fails a test that asks it. */
export const forbiddenSource = sourceOf('forbidden', () => {
  throw new Error('nothing should be fetched');
});
