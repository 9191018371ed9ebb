import assert from 'node:assert/strict';
import type { ChunkIndex } from '@freshet/chunk-index';
import type { Embedder } from '@freshet/models/embedding';
import { type Access, documentKey } from '@freshet/shared/contracts';
import { hashContent } from '@freshet/shared/document-content';
import type { DocumentParser } from '../../parse/parser.ts';
import { ACLS, type Change, DEFAULT_ACL, latest, SOURCE, TEXTS } from './history.ts';

const everybody = ['group:a', 'group:b', 'user:ana', 'group:default'];

export interface CheckOptions {
  index: ChunkIndex;
  embedder: Embedder;
  parser: DocumentParser;
  tenant: string;
  changes: readonly Change[];
}

/** The index is what the latest changes say: manifests, tombstones, chunks, vectors, and who sees them. */
export async function checkIndex({ index, embedder, parser, tenant, changes }: CheckOptions): Promise<void> {
  const winners = latest(tenant, changes);
  const refOf = (documentId: string) => ({ tenant, source: SOURCE, documentId });
  const stored = await index.readManifests(['a', 'b', 'c'].map(refOf));
  assert.deepEqual([...stored.keys()].sort(), [...winners.keys()].sort(), 'documents');
  const expected: string[] = [];
  const open: string[] = [];

  for (const [key, { document, version, isDeletion, text, acl, edition }] of winners) {
    const manifest = stored.get(key);
    const state = isDeletion ? 'deleted' : 'live';
    assert.deepEqual([manifest?.version, manifest?.state], [version, state], `manifest of ${key}`);
    if (isDeletion) {
      const known = changes.filter((other) => other.document === document && !other.isDeletion);
      const allowed = [{ allow: [] }, ...known.map((other) => ACLS[other.acl] ?? DEFAULT_ACL)];
      assert.ok(
        allowed.some((one) => JSON.stringify(one) === JSON.stringify(manifest?.acl)),
        'acl of a tombstone',
      );
      assert.equal(manifest?.chunkCount, 0);
      continue;
    }
    const content = TEXTS[text] as string;
    const { drafts } = await parser.parse({
      content,
      mediaType: 'text/markdown',
      title: undefined,
    });
    assert.deepEqual(manifest?.acl, ACLS[acl] ?? DEFAULT_ACL);
    assert.deepEqual(manifest.attributes, { edition });
    assert.equal(manifest.contentHash, hashContent(content));
    assert.equal(manifest.chunkCount, drafts.length);
    const vectors = await index.readVectors(refOf(document), embedder.fingerprint);
    assert.deepEqual(
      [...vectors.keys()].sort(),
      [...new Set(drafts.map((draft) => draft.contentHash))].sort(),
    );
    for (const { ordinal, text: words } of drafts) {
      const chunk = `${key}#${ordinal} v${version} ${words}`;
      expected.push(chunk);
      if ('public' in manifest.acl) open.push(chunk);
    }
  }

  const see = (principals: string[]) => readAll({ index, embedder, access: { tenant, principals } });
  assert.deepEqual(await see(everybody), { lexical: expected.sort(), vector: expected, stale: 0 });
  assert.deepEqual(await see([]), { lexical: open.sort(), vector: open, stale: 0 });
}

/** All chunks that somebody finds by a word which every text has, and by a vector. */
async function readAll({
  index,
  embedder,
  access,
}: {
  index: ChunkIndex;
  embedder: Embedder;
  access: Access;
}) {
  const vector = await embedder.embedQuery('common words');
  const { lexical, vector: nearest } = await index.search({ access, text: 'common', vector, limit: 60 });
  let stale = 0;
  const read = async (hits: typeof lexical) => {
    const found = await index.readHits(access, hits);
    const current = hits.flatMap((hit, i) => {
      const chunk = found[i];
      if (chunk) assert.equal(documentKey(chunk.manifest), hit.documentKey);
      return chunk ? [`${hit.documentKey}#${hit.ordinal} v${hit.version} ${chunk.text}`] : [];
    });
    stale += hits.length - current.length;
    return current.sort();
  };
  return { lexical: await read(lexical), vector: await read(nearest), stale };
}
