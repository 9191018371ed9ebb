import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import type { Client } from '@opensearch-project/opensearch';
import { createLeftovers } from '../../opensearch/leftovers.ts';
import { indexNames } from '../../opensearch/mapping.ts';
import { createReader } from '../../opensearch/reader.ts';
import { createWriter } from '../../opensearch/writer.ts';
import { sample } from '../contract.ts';
import { openTestIndex } from './open-index.ts';

const server = await startOpenSearch();
test.after(() => server.stop());

type Bulk = Client['bulk'];

/** A writer whose `_bulk` requests go through `intercept`, which is told the number of each. */
function writerWith(
  client: Client,
  prefix: string,
  intercept: (call: number, send: () => ReturnType<Bulk>) => unknown,
) {
  const { chunks, manifests } = indexNames(prefix);
  let calls = 0;
  const steered = new Proxy(client, {
    get(target, property) {
      if (property !== 'bulk') return Reflect.get(target, property);
      return (...args: Parameters<Bulk>) => {
        calls += 1;
        return intercept(calls, () => target.bulk(...args));
      };
    },
  });
  const reader = createReader({ client, chunks: chunks.read, manifests: manifests.read });
  return createWriter({
    client: steered,
    chunks: chunks.write,
    manifests: manifests.write,
    readManifests: reader.readManifestDocuments,
    verify: async () => {},
  });
}

async function storedTexts(client: Client, prefix: string): Promise<string[]> {
  await client.indices.refresh({ index: `${prefix}chunks-read` });
  const { body } = await client.search({ index: `${prefix}chunks-read`, body: { size: 100 } });
  return body.hits.hits.map(({ _source }) => (_source as { text: string }).text).sort();
}

const STEPS = 3;
for (let step = 1; step <= STEPS; step += 1) {
  for (const when of ['before', 'after'] as const) {
    test(`a crash ${when} step ${step} of a write is mended by the same write`, async (t) => {
      const { index, client, options } = await openTestIndex(t, server.url);
      await index.write([sample({ version: 1, texts: ['a', 'b', 'c', 'd'] })]);
      const next = sample({ version: 2, texts: ['x', 'y'] });
      const crashing = writerWith(client, options.prefix, async (call, send) => {
        if (call === step && when === 'before') throw new Error('crash');
        const result = await send();
        if (call === step) throw new Error('crash');
        return result;
      });
      await assert.rejects(crashing([next]));

      const isOver = step === STEPS && when === 'after';
      const stored = (await index.readManifests([next.manifest])).values().next().value;
      const isUntouched = step === 1 && when === 'before';
      assert.equal(stored?.isPending, isOver || isUntouched ? undefined : true);
      assert.deepEqual(await index.write([next]), [isOver ? 'stale' : 'written']);
      assert.deepEqual(await storedTexts(client, options.prefix), ['x', 'y']);
      assert.deepEqual((await index.readManifests([next.manifest])).values().next().value, next.manifest);
    });
  }
}

test('a write that broke off is also mended by a newer one, deletion included', async (t) => {
  const { index, client, options } = await openTestIndex(t, server.url);
  const crashing = writerWith(client, options.prefix, async (call, send) => {
    const result = await send();
    if (call === 2) throw new Error('crash');
    return result;
  });
  await assert.rejects(crashing([sample({ version: 2, texts: ['a', 'b', 'c'] })]));
  await index.write([sample({ version: 3, state: 'deleted', texts: [] })]);
  assert.deepEqual(await storedTexts(client, options.prefix), []);
});

for (const overtaken of [1, 2, 3]) {
  test(`a writer that is overtaken before its step ${overtaken} leaves nothing behind`, async (t) => {
    const { index, client, options } = await openTestIndex(t, server.url);
    await index.write([sample({ version: 1, texts: ['old'] })]);
    const newer = sample({ version: 3, texts: ['new'] });
    const zombie = writerWith(client, options.prefix, async (call, send) => {
      if (call === overtaken) assert.deepEqual(await index.write([newer]), ['written']);
      return send();
    });
    assert.deepEqual(await zombie([sample({ version: 2, texts: ['z1', 'z2', 'z3'] })]), ['stale']);
    assert.deepEqual(await storedTexts(client, options.prefix), ['new']);
    assert.deepEqual((await index.readManifests([newer.manifest])).values().next().value, newer.manifest);
  });
}

for (const state of ['live', 'deleted'] as const) {
  test(`what an overtaken writer left when it died is removed once it is old, beside a document that is ${state}`, async (t) => {
    const { index, client, options } = await openTestIndex(t, server.url);
    await index.write([sample({ documentId: 'b.md', version: 5, texts: ['b1', 'b2'] })]);
    const dying = writerWith(client, options.prefix, (call, send) => {
      if (call === 3) throw new Error('crash');
      return send();
    });
    const overtaking = writerWith(client, options.prefix, async (call, send) => {
      // It has read by now how many chunks there may be: none.
      if (call === 1) await assert.rejects(dying([sample({ version: 2, texts: ['z1', 'z2', 'z3'] })]));
      return send();
    });
    const newer = sample({ version: 3, texts: state === 'live' ? ['new'] : [], state });
    assert.deepEqual(await overtaking([newer]), ['written']);
    const left = state === 'live' ? ['z2', 'z3'] : ['z1', 'z2', 'z3'];
    const right = ['b1', 'b2', ...newer.chunks.map(({ text }) => text)];

    // Neither the same event again nor the next one of the document knows of them.
    assert.deepEqual(await index.write([sample({ version: 2, texts: ['z1', 'z2', 'z3'] })]), ['stale']);
    const next = { ...newer, manifest: { ...newer.manifest, version: 4 } };
    assert.deepEqual(await index.write([next]), ['written']);
    assert.deepEqual(await storedTexts(client, options.prefix), [...right, ...left]);

    const written = new Date(newer.manifest.indexedAt);
    assert.equal(await index.removeLeftovers(written), 0);
    assert.deepEqual(await storedTexts(client, options.prefix), [...right, ...left]);
    assert.equal(await index.removeLeftovers(new Date(written.valueOf() + 1)), left.length);
    assert.deepEqual(await storedTexts(client, options.prefix), right);
    assert.equal(await index.removeLeftovers(new Date()), 0);
  });
}

test('a chunk that was written anew while leftovers were looked for stays', async (t) => {
  const { index, client, options } = await openTestIndex(t, server.url);
  const dying = writerWith(client, options.prefix, (call, send) => {
    if (call === 2) throw new Error('crash');
    return send();
  });
  await index.write([sample({ version: 1, texts: ['a', 'b'] })]);
  await client.indices.refresh({ index: `${options.prefix}chunks-read` });
  await assert.rejects(dying([sample({ version: 2, texts: ['x', 'y'] })]));
  const { chunks, manifests } = indexNames(options.prefix);
  const removeLeftovers = createLeftovers({
    client,
    chunks,
    async readManifests(keys) {
      const reader = createReader({ client, chunks: chunks.read, manifests: manifests.read });
      const found = await reader.readManifestDocuments(keys);
      await index.write([sample({ version: 2, texts: ['x', 'y'] })]);
      return found;
    },
  });
  assert.equal(await removeLeftovers(new Date()), 0);
  assert.deepEqual(await storedTexts(client, options.prefix), ['x', 'y']);
});

test('a document that the index can never take is refused by name, and the others are written', async (t) => {
  const { index } = await openTestIndex(t, server.url);
  const bad = sample({ documentId: 'bad' });
  // More bytes than Lucene takes in one term, where no analyzer cuts it.
  bad.manifest.attributes = { huge: 'x'.repeat(40_000) };
  const good = sample({ documentId: 'good' });
  await assert.rejects(index.write([bad, good]), {
    code: 'FRESHET_DOCUMENT_REJECTED',
    status: 422,
    message: /acme\/handbook\/bad/,
  });
  await index.advanceWatermark(new Map());
  assert.equal((await index.readManifests([good.manifest])).size, 1);
  assert.equal((await index.statistics('acme')).documents, 2);
});

test('writes that come at once are gathered, and one document keeps its order', async (t) => {
  const { index, client, options } = await openTestIndex(t, server.url);
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      index.write([
        sample({
          documentId: `d${i % 4}`,
          version: 1 + Math.floor(i / 4),
          texts: [`v${1 + Math.floor(i / 4)}`],
        }),
      ]),
    ),
  );
  assert.ok(outcomes.every(([outcome]) => outcome === 'written'));
  assert.deepEqual(await storedTexts(client, options.prefix), ['v10', 'v10', 'v10', 'v10']);
});
