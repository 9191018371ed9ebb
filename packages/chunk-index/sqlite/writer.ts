import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Acl, type Chunk, documentKey, fenceOf, type Manifest } from '@freshet/shared/contracts';
import { attributeTerms } from '../attribute-terms.ts';
import { type ChunkTerms, chunkTerms, exactTerms } from '../chunk-terms.ts';
import type { DocumentWrite, WriteOutcome } from '../index.ts';
import { toBlob } from './reader.ts';
import { addSpellings, createVocabulary } from './vocabulary.ts';

export interface Writer {
  write(documents: readonly DocumentWrite[]): WriteOutcome[];
  advanceWatermark(watermark: readonly [number, number][]): void;
}

interface StoredState extends Pick<Manifest, 'version' | 'state'> {
  title: string | null;
}

/** All changes of the index. Synchronous: it runs in a worker thread, the only one that writes. */
export function createWriter(db: DatabaseSync): Writer {
  // FTS5 gives rowids beyond 2^53 in its own tables, and run() reports the last rowid of any table: as bigint it fits.
  function prepareChange(sql: string): StatementSync {
    const statement = db.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  const storedState = db.prepare('select version, state, title from document where key = ?');
  const addAcl = prepareChange('insert into acl (tenant, acl) values (?, ?) on conflict do nothing');
  const findAcl = db.prepare('select id from acl where tenant = ? and acl = ?');
  const putManifest = prepareChange(`
    insert into document (key, tenant, source, document_id, version, state, title, uri, language, acl_id,
      attributes, content_hash, embedder, chunk_count, changed_at, changed_ms, indexed_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (key) do update set version = excluded.version, state = excluded.state, title = excluded.title,
      uri = excluded.uri, language = excluded.language, acl_id = excluded.acl_id, attributes = excluded.attributes,
      content_hash = excluded.content_hash, embedder = excluded.embedder, chunk_count = excluded.chunk_count,
      changed_at = excluded.changed_at, changed_ms = excluded.changed_ms, indexed_at = excluded.indexed_at`);
  const addAttribute = prepareChange('insert into attribute (tenant, token, document_key) values (?, ?, ?)');
  const removeAttributes = prepareChange('delete from attribute where document_key = ?');
  const presentChunks = db.prepare('select id, heading_path, text from chunk where document_key = ?');
  const removeChunks = prepareChange('delete from chunk where document_key = ?');
  const removeWords = prepareChange('delete from chunk_fts where rowid = ?');
  const removeVector = prepareChange('delete from chunk_vec where chunk_id = ?');
  const addChunk = prepareChange(`
    insert into chunk (document_key, ordinal, version, tenant, source, acl_id, heading_path, text, span_start,
      span_end, tokens, content_hash)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const addWords = prepareChange(
    'insert into chunk_fts (rowid, title, headings, text, exact, identifiers) values (?, ?, ?, ?, ?, ?)',
  );
  const addVector = prepareChange(
    'insert into chunk_vec (chunk_id, tenant, source, acl_id, embedding) values (?, ?, ?, ?, ?)',
  );
  const vocabulary = createVocabulary(db);
  const moveWatermark = prepareChange(`
    insert into watermark (partition, offset) values (?, ?)
    on conflict (partition) do update set offset = max(offset, excluded.offset)`);

  function internAcl(tenant: string, acl: Acl): number {
    // The order of an allow list means nothing; sorted, equal lists share a row.
    const text = JSON.stringify('public' in acl ? acl : { allow: [...new Set(acl.allow)].sort() });
    addAcl.run(tenant, text);
    return findAcl.get(tenant, text)?.['id'] as number;
  }

  function putDocument(key: string, manifest: Manifest, aclId: number): void {
    const { tenant, source, documentId, version, state, title, uri, language } = manifest;
    const { attributes, contentHash, embedder, changedAt } = manifest;
    putManifest.run(
      key,
      tenant,
      source,
      documentId,
      version,
      state,
      title ?? null,
      uri ?? null,
      language ?? null,
      aclId,
      JSON.stringify(attributes),
      contentHash,
      embedder,
      manifest.chunkCount,
      changedAt,
      Date.parse(changedAt),
      manifest.indexedAt,
    );
  }

  function putAttributes(key: string, { tenant, attributes }: Manifest): void {
    removeAttributes.run(key);
    for (const [name, value] of Object.entries(attributes)) {
      for (const term of attributeTerms(name, value)) addAttribute.run(tenant, term, key);
    }
  }

  /** @returns the words that were in them. */
  function removeOlderChunks(key: string, title: string | null): Set<string> {
    const words = new Set<string>();
    for (const row of presentChunks.all(key)) {
      const { id, heading_path, text } = row as { id: number; heading_path: string; text: string };
      removeWords.run(id);
      removeVector.run(BigInt(id));
      addSpellings(exactTerms([title ?? '', ...(JSON.parse(heading_path) as string[]), text]), words);
    }
    removeChunks.run(key);
    return words;
  }

  function putChunk(
    key: string,
    { tenant, source, version }: Manifest,
    aclId: number,
    chunk: Chunk,
    terms: ChunkTerms,
  ): void {
    const { ordinal, headingPath, text, span, tokens, contentHash, vector } = chunk;
    const { lastInsertRowid: id } = addChunk.run(
      key,
      ordinal,
      version,
      tenant,
      source,
      aclId,
      JSON.stringify(headingPath),
      text,
      span.start,
      span.end,
      tokens,
      contentHash,
    );
    addWords.run(id, terms.title, terms.headings, terms.text, terms.exact, terms.identifiers);
    addVector.run(id, tenant, source, BigInt(aclId), toBlob(vector));
  }

  function writeDocument({ manifest, chunks }: DocumentWrite): WriteOutcome {
    const key = documentKey(manifest);
    const stored = storedState.get(key) as StoredState | undefined;
    if (stored && fenceOf(stored) >= fenceOf(manifest)) return 'stale';
    const aclId = internAcl(manifest.tenant, manifest.acl);
    putDocument(key, manifest, aclId);
    putAttributes(key, manifest);
    const before = removeOlderChunks(key, stored?.title ?? null);
    const after = new Set<string>();
    for (const chunk of chunks) {
      const terms = chunkTerms(manifest, chunk);
      putChunk(key, manifest, aclId, chunk, terms);
      addSpellings(terms.exact, after);
    }
    vocabulary.replace(manifest.tenant, before, after);
    return 'written';
  }

  function inTransaction<Result>(work: () => Result): Result {
    db.exec('begin immediate');
    try {
      const result = work();
      db.exec('commit');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      throw error;
    }
  }

  return {
    write: (documents) => inTransaction(() => documents.map(writeDocument)),
    advanceWatermark: (watermark) =>
      inTransaction(() => {
        for (const [partition, offset] of watermark) moveWatermark.run(partition, offset);
      }),
  };
}
