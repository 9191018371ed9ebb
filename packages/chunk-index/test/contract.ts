import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Access, documentKey, type Manifest, type SearchFilter } from '@freshet/shared/contracts';
import fc from 'fast-check';
import type { ChunkIndex, DocumentWrite, Hit, ManifestQuery, SearchRequest } from '../index.ts';
import { editDistance } from '../spelling.ts';

export const DIMENSIONS = 8;
export const EMBEDDER = 'test-embedder';

/** A unit vector that points mostly along one axis. */
export function axis(index: number, lean = 0): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  vector[index % DIMENSIONS] = 1;
  vector[(index + 1) % DIMENSIONS] = lean;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

interface Sample extends Partial<Manifest> {
  texts?: string[];
  vectors?: Float32Array[];
}

export function sample({ texts = ['some text'], vectors, ...overrides }: Sample = {}): DocumentWrite {
  const manifest: Manifest = {
    tenant: 'acme',
    source: 'handbook',
    documentId: 'a.md',
    version: 1,
    state: 'live',
    acl: { public: true },
    attributes: {},
    contentHash: 'hash',
    embedder: EMBEDDER,
    chunkCount: texts.length,
    changedAt: '2026-01-01T00:00:00.000Z',
    indexedAt: '2026-01-01T00:00:01.000Z',
    ...overrides,
  };
  const chunks = texts.map((text, ordinal) => ({
    ordinal,
    headingPath: ['Heading'],
    text,
    span: { start: 0, end: text.length },
    tokens: 3,
    contentHash: `hash of ${text}`,
    vector: vectors?.[ordinal] ?? axis(ordinal),
  }));
  return { manifest, chunks: manifest.state === 'deleted' ? [] : chunks };
}

const everyone: Access = { tenant: 'acme', principals: [] };
const query = { access: everyone, text: 'text', vector: axis(0), limit: 10 };

type Query = Partial<SearchRequest>;

/** Both lists, with what stands behind each hit. */
async function search(index: ChunkIndex, request: Query = {}) {
  await index.advanceWatermark(new Map());
  const { lexical, vector } = await index.search({ ...query, ...request });
  const read = async (hits: Hit[]) => {
    const chunks = await index.readHits(request.access ?? query.access, hits);
    return hits.map((hit, i) => ({ ...hit, ...(chunks[i] ?? assert.fail('a hit that is not current')) }));
  };
  return { lexical: await read(lexical), vector: await read(vector) };
}

async function found(index: ChunkIndex, request: Query = {}) {
  const { lexical, vector } = await search(index, request);
  const ids = (hits: typeof lexical) =>
    hits.map(({ manifest, ordinal }) => `${manifest.documentId}#${ordinal}`).sort();
  return { lexical: ids(lexical), vector: ids(vector) };
}

/** What every adapter of the port has to keep. `open` gives an empty index. */
export function chunkIndexContract(open: (t: TestContext) => Promise<ChunkIndex>, { runs = 100 } = {}): void {
  test('nothing that can be read is taken for a leftover', async (t) => {
    const index = await open(t);
    await index.write([sample({ version: 1, texts: ['old fox', 'older fox'] })]);
    await index.write([
      sample({ version: 2, texts: ['new fox'] }),
      sample({ documentId: 'b.md', texts: ['fox b'] }),
    ]);
    await index.advanceWatermark(new Map());
    assert.equal(await index.removeLeftovers(new Date()), 0);
    assert.deepEqual((await found(index, { text: 'fox' })).lexical, ['a.md#0', 'b.md#0']);
  });

  test('a document that was written is found by its words and by its vector', async (t) => {
    const index = await open(t);
    await index.write([sample({ texts: ['the quick fox'], title: 'Foxes', uri: 'https://example.com/fox' })]);
    const { lexical, vector } = await search(index, { text: 'fox' });
    for (const [hit] of [lexical, vector]) {
      assert.equal(hit?.manifest.title, 'Foxes');
      assert.equal(hit.manifest.uri, 'https://example.com/fox');
      assert.equal(hit.text, 'the quick fox');
      assert.deepEqual(hit.headingPath, ['Heading']);
      assert.deepEqual(hit.span, { start: 0, end: 13 });
      assert.equal(hit.documentKey, 'acme/handbook/a.md');
    }
    assert.ok(Math.abs((vector[0]?.score ?? 0) - 1) < 1e-5, 'the cosine of a vector with itself is 1');
  });

  test('the nearest vector and the best words come first', async (t) => {
    const index = await open(t);
    await index.write([
      sample({
        texts: ['nothing here', 'lamp', 'lamp lamp lamp shade'],
        vectors: [axis(0, 0.9), axis(0, 0.1), axis(3)],
      }),
    ]);
    const { lexical, vector } = await search(index, { text: 'lamp shade' });
    assert.deepEqual(
      lexical.map(({ ordinal }) => ordinal),
      [2, 1],
    );
    assert.deepEqual(vector.map(({ ordinal }) => ordinal).slice(0, 2), [1, 0]);
  });

  test('a write that is not newer than the manifest changes nothing', async (t) => {
    const index = await open(t);
    await index.write([sample({ version: 5, texts: ['five'] })]);
    assert.deepEqual(await index.write([sample({ version: 5, texts: ['again'] })]), ['stale']);
    assert.deepEqual(await index.write([sample({ version: 4, texts: ['four'] })]), ['stale']);
    assert.deepEqual((await found(index, { text: 'five' })).lexical, ['a.md#0']);
    assert.deepEqual((await found(index, { text: 'again four' })).lexical, []);
  });

  test('a newer version replaces every chunk of the older one', async (t) => {
    const index = await open(t);
    await index.write([sample({ version: 1, texts: ['old one', 'old two', 'old three'] })]);
    await index.write([sample({ version: 2, texts: ['new'] })]);
    assert.deepEqual(await found(index, { text: 'old new' }), { lexical: ['a.md#0'], vector: ['a.md#0'] });
    assert.equal((await index.statistics('acme')).chunks, 1);
  });

  test('a tombstone removes the chunks and keeps late upserts out', async (t) => {
    const index = await open(t);
    await index.write([sample({ version: 3 })]);
    await index.write([sample({ version: 4, state: 'deleted', texts: [] })]);
    assert.deepEqual(await index.write([sample({ version: 3 })]), ['stale']);
    assert.deepEqual(await found(index), { lexical: [], vector: [] });
    assert.deepEqual(await index.statistics('acme'), { documents: 0, tombstones: 1, chunks: 0 });
    assert.deepEqual(
      await index.write([sample({ version: 5 })]),
      ['written'],
      'a newer upsert is a new life',
    );
  });

  test('at the same version a deletion stands after an upsert, and only there', async (t) => {
    const index = await open(t);
    const [upsert, deletion] = [sample({ version: 5 }), sample({ version: 5, state: 'deleted', texts: [] })];
    assert.deepEqual(await index.write([upsert]), ['written']);
    assert.deepEqual(await index.write([deletion]), ['written']);
    assert.deepEqual(await found(index), { lexical: [], vector: [] });
    assert.deepEqual(await index.write([upsert]), ['stale']);
    assert.deepEqual(await index.write([deletion]), ['stale']);
    assert.deepEqual(await index.write([sample({ version: 6 })]), ['written']);
    assert.deepEqual(await index.write([deletion]), ['stale']);
    assert.deepEqual((await found(index)).lexical, ['a.md#0']);
  });

  test('a word that nothing visible holds is given the visible words next to it, nearest and most frequent first', async (t) => {
    const index = await open(t);
    await index.write([
      sample({ documentId: 'a', texts: ['Kubernetes drains a node', 'kubernetes taints', 'Büro code'] }),
      sample({ documentId: 'b', texts: ['nodes and mode', 'more nodes'] }),
      sample({ documentId: 'c', texts: ['secretword'], acl: { allow: ['user:ana'] } }),
      sample({ documentId: 'd', texts: ['foreignword'], tenant: 'other' }),
    ]);
    await index.advanceWatermark(new Map());
    const suggest = async (words: string[], access = everyone) => [...(await index.suggest(access, words))];
    assert.deepEqual(await suggest(['Kubernets']), [['Kubernets', ['kubernetes']]]);
    assert.deepEqual(await suggest(['kubernetse', 'ukbernetes', 'kubrenetes']), [
      ['kubernetse', ['kubernetes']],
      ['ukbernetes', ['kubernetes']],
      ['kubrenetes', ['kubernetes']],
    ]);
    assert.deepEqual(await suggest(['nods', 'node', 'büro', 'qqqqqq', 'no', '2042', '']), [
      ['nods', ['nodes', 'node']],
    ]);
    assert.deepEqual(await suggest(['secretwrod', 'foreignwrod', 'secretword']), []);
    const ana = { tenant: 'acme', principals: ['user:ana'] };
    assert.deepEqual(await suggest(['secretwrod', 'foreignwrod'], ana), [['secretwrod', ['secretword']]]);
    await index.write([sample({ documentId: 'a', version: 2, texts: ['nothing'] })]);
    await index.advanceWatermark(new Map());
    assert.deepEqual(await suggest(['kubernets']), [], 'a word that is gone is not offered');
  });

  test('a hit is read only while its document is what was found, whatever a search still sees', async (t) => {
    const index = await open(t);
    const names = ['kept', 'replaced', 'deleted', 'closed'];
    await index.write(names.map((documentId) => sample({ documentId, texts: ['same words'] })));
    await index.advanceWatermark(new Map());
    const { vector } = await index.search(query);
    assert.equal(vector.length, 4);
    await index.write([
      sample({ documentId: 'replaced', version: 2, texts: ['other words'] }),
      sample({ documentId: 'deleted', version: 2, state: 'deleted', texts: [] }),
      sample({ documentId: 'closed', version: 2, acl: { allow: ['user:ana'] }, texts: ['same words'] }),
    ]);
    const read = async (access: Access) =>
      (await index.readHits(access, vector)).flatMap((chunk) => chunk?.manifest.documentId ?? []);
    assert.deepEqual(await read(everyone), ['kept']);
    assert.deepEqual(await read({ tenant: 'other', principals: [] }), []);
  });

  test('a hit that is read while its document is replaced is the text of its own manifest, or nothing', async (t) => {
    const index = await open(t);
    const VERSIONS = 60;
    const textOf = (version: number) => `secret number ${version}`;
    const write = (version: number) => index.write([sample({ version, texts: [textOf(version)] })]);
    await write(1);
    let newest = 1;
    const writing = (async () => {
      for (let version = 2; version <= VERSIONS; version += 1) {
        newest = version;
        await write(version);
      }
    })();
    let reads = 0;
    for (; newest < VERSIONS; reads += 1) {
      const hits = [newest - 1, newest].map((version) => {
        return { documentKey: 'acme/handbook/a.md', ordinal: 0, version, score: 1 };
      });
      for (const found of await index.readHits(everyone, hits)) {
        if (found) assert.equal(found.text, textOf(found.manifest.version));
      }
    }
    await writing;
    assert.ok(reads > 0);
  });

  test('a hit is read for whom the acl allows, and for nobody else', async (t) => {
    const index = await open(t);
    await index.write([sample({ acl: { allow: ['user:ana'] } })]);
    await index.advanceWatermark(new Map());
    const ana: Access = { tenant: 'acme', principals: ['user:ana'] };
    const { vector } = await index.search({ ...query, access: ana });
    assert.equal((await index.readHits(ana, vector))[0]?.text, 'some text');
    assert.deepEqual(await index.readHits(everyone, vector), [undefined]);
    assert.deepEqual(await index.readHits(ana, []), []);
  });

  test('a document whose key is long is written, found, replaced and deleted as any other', async (t) => {
    const index = await open(t);
    const documentId = '漢字/😀/'.repeat(64).slice(0, 512);
    await index.write([sample({ documentId, version: 1, texts: ['one', 'two'] })]);
    await index.write([sample({ documentId, version: 2, texts: ['three'] })]);
    assert.deepEqual((await found(index, { text: 'three' })).lexical, [`${documentId}#0`]);
    await index.write([sample({ documentId, version: 3, state: 'deleted', texts: [] })]);
    assert.deepEqual(await found(index), { lexical: [], vector: [] });
  });

  test('manifests are read back as they were written', async (t) => {
    const index = await open(t);
    const write = sample({
      attributes: { product: 'x', edition: 4, beta: true },
      acl: { allow: ['group:a'] },
      title: 'T',
    });
    await index.write([write]);
    const missing = { ...write.manifest, documentId: 'missing' };
    const manifests = await index.readManifests([write.manifest, missing]);
    assert.deepEqual([...manifests], [[documentKey(write.manifest), write.manifest]]);
  });

  test('the manifests of a source are listed by id, narrowed to what is asked for', async (t) => {
    const index = await open(t);
    const ids = ['a', 'B', 'ä', 'z/😀', 'gone'];
    await index.write([
      ...ids.map((documentId, day) =>
        sample({
          documentId,
          changedAt: `2026-01-0${day + 1}T00:00:00+02:00`,
          ...(documentId === 'gone' ? { state: 'deleted' as const } : {}),
        }),
      ),
      sample({ documentId: 'other source', source: 'wiki' }),
      sample({ documentId: 'other tenant', tenant: 'other' }),
    ]);
    await index.advanceWatermark(new Map());
    const list = async (query: Partial<ManifestQuery> = {}) => {
      const manifests = index.listManifests({ tenant: 'acme', source: 'handbook', ...query });
      return (await Array.fromAsync(manifests)).map(({ documentId }) => documentId);
    };
    assert.deepEqual(await list(), ['B', 'a', 'gone', 'z/😀', 'ä']);
    assert.deepEqual(await list({ state: 'live', after: 'a' }), ['z/😀', 'ä']);
    assert.deepEqual(await list({ state: 'deleted' }), ['gone']);
    assert.deepEqual(await list({ changedBefore: new Date('2026-01-01T23:00:00Z') }), ['B', 'a']);
    assert.deepEqual(await list({ source: 'none' }), []);
    assert.deepEqual(await list({ prefix: 'z/' }), ['z/😀']);
    assert.deepEqual(await list({ prefix: 'a' }), ['a'], 'a document whose id is the prefix is one of them');
    assert.deepEqual(await list({ prefix: 'z/😀', after: 'z/😀' }), []);
    assert.deepEqual(await list({ limit: 2 }), ['B', 'a']);
    assert.deepEqual(await list({ limit: 2, after: 'a' }), ['gone', 'z/😀']);
  });

  test('the sources that have live documents are listed, of every tenant', async (t) => {
    const index = await open(t);
    await index.write([
      sample({ documentId: 'a' }),
      sample({ documentId: 'b' }),
      sample({ source: 'wiki' }),
      sample({ tenant: 'other' }),
      sample({ source: 'empty', state: 'deleted' }),
    ]);
    await index.advanceWatermark(new Map());
    const names = (await index.listSources()).map(({ tenant, source }) => `${tenant}/${source}`);
    assert.deepEqual(names.sort(), ['acme/handbook', 'acme/wiki', 'other/handbook']);
  });

  test('a list is whole, however many documents a source has', async (t) => {
    const index = await open(t);
    const ids = Array.from({ length: 1001 }, (_, i) => `${i}`.padStart(4, '0'));
    await index.write(ids.map((documentId) => sample({ documentId, state: 'deleted' })));
    await index.advanceWatermark(new Map());
    const list = async (limit?: number) => {
      const query = { tenant: 'acme', source: 'handbook', ...(limit === undefined ? {} : { limit }) };
      return (await Array.fromAsync(index.listManifests(query))).map(({ documentId }) => documentId);
    };
    assert.deepEqual(await list(), ids);
    for (const limit of [500, 501, 1001, 2000]) assert.deepEqual(await list(limit), ids.slice(0, limit));
  });

  test('nobody finds what the acl does not allow, and no tenant finds what is another’s', async (t) => {
    const index = await open(t);
    await index.write([
      sample({ documentId: 'open' }),
      sample({ documentId: 'team', acl: { allow: ['group:team', 'user:ana'] } }),
      sample({ documentId: 'closed', acl: { allow: [] } }),
      sample({ documentId: 'foreign', tenant: 'other' }),
    ]);
    const as = (principals: string[], tenant = 'acme') => found(index, { access: { tenant, principals } });
    for (const [principals, expected] of [
      [[], ['open#0']],
      [['group:other'], ['open#0']],
      [['user:ana'], ['open#0', 'team#0']],
      [
        ['user:bo', 'group:team'],
        ['open#0', 'team#0'],
      ],
    ] as const) {
      assert.deepEqual(await as([...principals]), { lexical: expected, vector: expected });
    }
    assert.deepEqual(await as([], 'other'), { lexical: ['foreign#0'], vector: ['foreign#0'] });
    assert.deepEqual(await as([], 'nobody'), { lexical: [], vector: [] });
  });

  test('a filter narrows both searches before their limit is applied', async (t) => {
    const index = await open(t);
    const many = Array.from({ length: 30 }, (_, i) =>
      sample({ documentId: `near-${i}`, vectors: [axis(0)] }),
    );
    const wanted = sample({
      documentId: 'far',
      source: 'tickets',
      attributes: { 'app.name': 'x', edition: 4, beta: true },
      vectors: [axis(5)],
    });
    await index.write([...many, wanted]);
    for (const filter of [
      { sources: ['tickets'] },
      { attributes: { 'app.name': 'x' } },
      { attributes: { edition: 4, beta: true } },
      { sources: ['tickets', 'handbook'], attributes: { edition: 4 } },
    ]) {
      assert.deepEqual(await found(index, { filter, limit: 3 }), { lexical: ['far#0'], vector: ['far#0'] });
    }
    for (const filter of [
      { sources: ['nowhere'] },
      { attributes: { edition: 5 } },
      { attributes: { edition: '4' } },
    ]) {
      assert.deepEqual(await found(index, { filter }), { lexical: [], vector: [] });
    }
  });

  test('attributes are filtered by any of several values, by range and by prefix, and documents by time', async (t) => {
    const index = await open(t);
    const describe = (documentId: string, attributes: Manifest['attributes'], changedAt: string) =>
      sample({ documentId, attributes, changedAt });
    await index.write([
      describe('a', { edition: -4.5, path: 'docs/a', due: '2026-01-31' }, '2026-01-01T00:00:00Z'),
      describe(
        'b',
        { edition: 0, path: 'docs/"b', due: '2026-02-01T00:30:00+02:00' },
        '2026-01-02T00:00:00Z',
      ),
      describe('c', { edition: 1e3, path: 'Docs', due: 'soon' }, '2026-01-02T23:30:00-01:00'),
      describe('d', { edition: '7', path: 'docs', beta: true }, '2026-02-01T00:00:00Z'),
    ]);
    const ids = async (filter: SearchFilter) => {
      const { lexical, vector } = await found(index, { filter });
      assert.deepEqual(lexical, vector, JSON.stringify(filter));
      return lexical.map((id) => id[0]).join('');
    };
    for (const [attributes, expected] of [
      [{ edition: [0, 1000, '7'] }, 'bcd'],
      [{ edition: [7] }, ''],
      [{ beta: [true, false] }, 'd'],
      [{ edition: { gte: -4.5, lt: 1000 } }, 'ab'],
      [{ edition: { gt: -4.5, lte: 1000 } }, 'bc'],
      [{ edition: { lt: 0 } }, 'a'],
      [{ edition: { gte: 0 } }, 'bc'],
      [{ edition: { gt: 1000 } }, ''],
      [{ due: { gte: '2026-01-31' } }, 'ab'],
      [{ due: { gt: '2026-01-31', lt: '2026-02-01' } }, 'b'],
      [{ due: { lt: '2026-01-31T00:00:01Z' } }, 'a'],
      [{ path: { prefix: 'docs' } }, 'abd'],
      [{ path: { prefix: 'docs/"' } }, 'b'],
      [{ path: { prefix: 'docs/b' } }, ''],
      [{ edition: { prefix: '7' } }, 'd'],
      [{ edition: { gte: 0 }, path: { prefix: 'docs' }, due: { gte: '2026-01-01' } }, 'b'],
    ] as const) {
      assert.equal(await ids({ attributes } as SearchFilter), expected, JSON.stringify(attributes));
    }
    for (const [changedAt, expected] of [
      [{ gte: '2026-01-02' }, 'bcd'],
      [{ gt: '2026-01-02' }, 'cd'],
      [{ gte: '2026-01-03', lt: '2026-02-01' }, 'c'],
      [{ lte: '2026-02-01T01:00:00+01:00' }, 'abcd'],
      [{ lt: '2025-12-31' }, ''],
    ] as const) {
      assert.equal(await ids({ changedAt }), expected, JSON.stringify(changedAt));
    }
    assert.equal(
      await ids({
        sources: ['handbook'],
        changedAt: { gte: '2026-01-02' },
        attributes: { edition: [0, 1000] },
      }),
      'bc',
    );
    await index.write([sample({ documentId: 'b', version: 2, attributes: { edition: 9 } })]);
    assert.equal(await ids({ attributes: { edition: { gte: 0, lte: 5 } } }), '', 'older attributes are gone');
  });

  test('an attribute is in a range exactly when its number is', async (t) => {
    const index = await open(t);
    let run = 0;
    const number = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 6 }),
        number,
        number,
        async (values, a, b) => {
          const tenant = `n${run++}`;
          await index.write(
            values.map((value, i) => sample({ tenant, documentId: `${i}`, attributes: { value } })),
          );
          const [gte, lt] = [Math.min(a, b), Math.max(a, b)];
          const request = {
            access: { tenant, principals: [] },
            filter: { attributes: { value: { gte, lt } } },
          };
          const expected = values.flatMap((value, i) => (value >= gte && value < lt ? `${i}#0` : []));
          assert.deepEqual((await found(index, request)).vector, expected);
        },
      ),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  test('an identifier is found as it is written, before what only has its parts', async (t) => {
    const index = await open(t);
    const texts = [
      'the pod and the code of the foo bar',
      'set foo_bar to true',
      'set foo-bar to true',
      'ticket TW-2041 about TW and 2041',
      'a ticket of TW, one of 2041',
      'release v1.29.3 is out',
      'release v1.29.4 is out, 3 of 29',
      'the error ECONNRESET came up',
      'connections reset errors come up and up',
    ];
    await index.write([sample({ texts, vectors: texts.map(() => axis(1)) })]);
    const first = async (text: string) => (await search(index, { text })).lexical[0]?.text;
    assert.equal(await first('what is foo_bar'), texts[1]);
    assert.equal(await first('what is foo-bar'), texts[2]);
    assert.equal(await first('tw-2041'), texts[3]);
    assert.equal(await first('is V1.29.3 out'), texts[5]);
    assert.equal(await first('econnreset error'), texts[7]);
  });

  test('what is quoted is found as it is written, and narrows both searches where anything has it', async (t) => {
    const index = await open(t);
    const texts = ['the pods are not ready', 'pod is ready, not running', 'ready or not', 'Not Ready: a pod'];
    await index.write([
      sample({ texts }),
      sample({ documentId: 'hidden', texts: ['evicted pods'], acl: { allow: [] } }),
    ]);
    assert.deepEqual(await found(index, { text: 'why "not ready"' }), {
      lexical: ['a.md#0', 'a.md#3'],
      vector: ['a.md#0', 'a.md#3'],
    });
    assert.deepEqual((await found(index, { text: 'why “pods” „not ready“' })).vector, ['a.md#0']);
    for (const text of ['"running pods"', '"evicted pods"', '"pods', '"" pods', '"!?" pods']) {
      const { lexical, vector } = await found(index, { text });
      assert.ok(lexical.length >= 3, text);
      assert.equal(vector.length, 4, 'what nothing visible holds narrows nothing');
    }
  });

  test('words are found by their stem in the language of the document, whatever that of the question', async (t) => {
    const index = await open(t);
    const write = (language: string | undefined, text: string) =>
      sample({ documentId: text, texts: [text], ...(language === undefined ? {} : { language }) });
    await index.write([
      write('en', 'running policies'),
      write('de-AT', 'Kündigungen der Häuser'),
      write('fr', 'les congés des employés'),
      write('es', 'contraseñas políticas'),
      write('zh', '数据库连接失败'),
      write('ja', '東京はパスワードを設定する'),
      write('ko', '비밀번호를 변경'),
      write('nl', 'vakantiedagen aanvragen'),
      write(undefined, 'unknown tongues'),
    ]);
    const ids = async (text: string) =>
      (await found(index, { text })).lexical.map((id) => id.slice(0, -2)).join();
    for (const [question, expected] of [
      ['run policy', 'running policies'],
      ['Wie ist die Kündigung eines Hauses?', 'Kündigungen der Häuser'],
      ['kundigung', 'Kündigungen der Häuser'],
      ['un congé pour mon employé', 'les congés des employés'],
      ['la contraseña', 'contraseñas políticas'],
      ['数据库怎么连接', '数据库连接失败'],
      ['パスワード', '東京はパスワードを設定する'],
      ['비밀번호', '비밀번호를 변경'],
      ['Vakantiedagen', 'vakantiedagen aanvragen'],
      ['tongue', 'unknown tongues'],
    ] as const) {
      assert.equal(await ids(question), expected, question);
    }
    assert.equal(await ids('"連'), '');
  });

  test('a language is kept with the manifest', async (t) => {
    const index = await open(t);
    const write = sample({ language: 'de-AT' });
    await index.write([write]);
    assert.deepEqual([...(await index.readManifests([write.manifest])).values()], [write.manifest]);
  });

  test('as many words as a question may have are searched for', async (t) => {
    const index = await open(t);
    await index.write([sample({ texts: ['the last word zebra'] })]);
    const text = Array.from({ length: 2_000 }, (_, i) => `word${'abcdefghij'[i % 10]}x${i} `).join('');
    assert.deepEqual((await found(index, { text: `zebra ${text}` })).lexical, ['a.md#0']);
    assert.deepEqual((await found(index, { text: `zebra ${'"a b" '.repeat(500)}` })).lexical, ['a.md#0']);
  });

  test('no word is suggested that its asker could not find', async (t) => {
    const index = await open(t);
    let run = 0;
    const word = fc.constantFrom('kernel', 'kernels', 'colonel', 'kennel', 'channel', 'funnel', 'tunnel');
    const document = fc.record({
      words: fc.array(word, { minLength: 1, maxLength: 3 }),
      acl: fc.constantFrom<Manifest['acl'][]>(
        { public: true },
        { allow: ['user:ana'] },
        { allow: ['user:bo'] },
      ),
      isForeign: fc.boolean(),
    });
    const mistake = fc.tuple(word, fc.nat(7), fc.constantFrom('', 'x', 'e')).map(([right, at, letter]) => {
      return right.slice(0, at) + letter + right.slice(at + 1);
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 6 }),
        fc.array(mistake, { maxLength: 4 }),
        async (documents, asked) => {
          const tenant = `s${run++}`;
          await index.write(
            documents.map(({ words, acl, isForeign }, i) =>
              sample({
                tenant: isForeign ? `${tenant}x` : tenant,
                documentId: `${i}`,
                texts: [words.join(' ')],
                acl,
              }),
            ),
          );
          await index.advanceWatermark(new Map());
          const visible = new Set<string>(
            documents.flatMap(({ words, acl, isForeign }) =>
              !isForeign && ('public' in acl || acl.allow.includes('user:ana')) ? words : [],
            ),
          );
          const offered = await index.suggest({ tenant, principals: ['user:ana'] }, asked);
          for (const [misspelt, words] of offered) {
            assert.ok(asked.includes(misspelt) && !visible.has(misspelt));
            for (const offer of words) assert.ok(visible.has(offer), `${misspelt}: ${offer}`);
          }
          for (const misspelt of asked) {
            const near = [...visible].filter((known) => editDistance(misspelt, known, 1) === 1);
            if (misspelt.length < 4 || visible.has(misspelt)) assert.ok(!offered.has(misspelt));
            else if (near.length > 0) assert.ok(offered.has(misspelt), `nothing for ${misspelt}: ${near}`);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  test('an acl applies before the limit, so what others may see does not crowd out', async (t) => {
    const index = await open(t);
    const hidden = Array.from({ length: 30 }, (_, i) =>
      sample({ documentId: `hidden-${i}`, acl: { allow: ['group:x'] }, vectors: [axis(0)] }),
    );
    await index.write([...hidden, sample({ documentId: 'visible', vectors: [axis(4)] })]);
    assert.deepEqual(await found(index, { limit: 2 }), { lexical: ['visible#0'], vector: ['visible#0'] });
  });

  test('any question is answered, whatever its characters', async (t) => {
    const index = await open(t);
    await index.write([sample({ texts: ['code TW-2041 and "quotes" café'] })]);
    for (const text of [
      '',
      ' ',
      '"',
      "'; drop table chunk; --",
      'NEAR(a b)',
      'a* OR -b',
      'a\0b',
      '😀',
      'שלום',
      '漢字',
      '\ud800',
      '(',
      'x'.repeat(8000),
    ]) {
      assert.ok(Array.isArray((await found(index, { text })).lexical), text);
    }
    for (const text of ['tw-2041', 'cafe', 'CAFÉ', 'quotes']) {
      assert.deepEqual((await found(index, { text })).lexical, ['a.md#0'], text);
    }
  });

  test('any text is stored whole, whatever its characters', async (t) => {
    const index = await open(t);
    const texts = [
      'nul \0 inside text',
      'emoji 😀 text',
      'rtl שלום text',
      `long text ${'x'.repeat(100_000)}`,
    ];
    await index.write([sample({ texts, documentId: 'ä/ö %?#.md' })]);
    const { lexical } = await search(index);
    assert.deepEqual(lexical.map(({ text }) => text).sort(), [...texts].sort());
    assert.equal(lexical[0]?.manifest.documentId, 'ä/ö %?#.md');
  });

  test('vectors are kept for the embedder that made them and for no other', async (t) => {
    const index = await open(t);
    const write = sample({ texts: ['one', 'two'], vectors: [axis(1, 0.5), axis(2)] });
    await index.write([write]);
    const vectors = await index.readVectors(write.manifest, EMBEDDER);
    assert.deepEqual([...vectors.keys()].sort(), ['hash of one', 'hash of two']);
    assert.deepEqual([...(vectors.get('hash of one') ?? [])], [...axis(1, 0.5)]);
    assert.equal((await index.readVectors(write.manifest, 'another')).size, 0);
    assert.equal((await index.readVectors({ ...write.manifest, documentId: 'missing' }, EMBEDDER)).size, 0);
  });

  test('the watermark never goes back', async (t) => {
    const index = await open(t);
    assert.equal((await index.watermark()).size, 0);
    await index.advanceWatermark(
      new Map([
        [0, 5],
        [1, 2],
      ]),
    );
    await index.advanceWatermark(
      new Map([
        [0, 3],
        [2, 1],
      ]),
    );
    assert.deepEqual([...(await index.watermark())].sort(), [
      [0, 5],
      [1, 2],
      [2, 1],
    ]);
  });

  test('whatever the order and repetition of writes, the index ends at the last state of each document', async (t) => {
    const index = await open(t);
    let run = 0;
    const event = fc.record({
      documentId: fc.constantFrom('a', 'b', 'c'),
      version: fc.integer({ min: 1, max: 6 }),
      isDelete: fc.boolean(),
      repeat: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 14 }), async (events) => {
        const tenant = `t${run++}`;
        const expected = new Map<string, { fence: number; version: number; text: string | undefined }>();
        for (const { documentId, version, isDelete, repeat } of events) {
          const text = `word${documentId}${version}`;
          const write = sample({
            tenant,
            documentId,
            version,
            ...(isDelete ? { state: 'deleted', texts: [] } : { texts: [text] }),
          });
          await index.write(repeat ? [write, write] : [write]);
          const fence = version + (isDelete ? 0.5 : 0);
          if (fence > (expected.get(documentId)?.fence ?? 0)) {
            expected.set(documentId, { fence, version, text: isDelete ? undefined : text });
          }
        }
        const { vector } = await search(index, { access: { tenant, principals: [] }, limit: 50 });
        assert.deepEqual(
          vector.map(({ text }) => text).sort(),
          [...expected.values()].flatMap(({ text }) => text ?? []).sort(),
        );
        const refs = [...expected.keys()].map((documentId) => ({ tenant, source: 'handbook', documentId }));
        for (const manifest of (await index.readManifests(refs)).values()) {
          assert.equal(manifest.version, expected.get(manifest.documentId)?.version);
        }
      }),
      { numRuns: runs },
    );
  });
}
