import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Embedder } from '@freshet/models/embedding';

/**
 * Keeps document vectors in a file by the hash of their text, so that a second evaluation takes seconds. Questions
 * are always embedded, since their time is measured.
 */
export function cacheEmbeddings(embedder: Embedder, path: string): Embedder {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma synchronous = off');
  db.exec('create table if not exists vector (hash text primary key, embedding blob not null) without rowid');
  const find = db.prepare('select embedding from vector where hash = ?');
  const add = db.prepare('insert or replace into vector (hash, embedding) values (?, ?)');
  const hashOf = (text: string) =>
    createHash('sha256').update(`${embedder.fingerprint}\n${text}`).digest('hex');

  async function embedOne(text: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    const hash = hashOf(text);
    const known = find.get(hash)?.['embedding'] as Uint8Array | undefined;
    if (known)
      return new Float32Array(known.buffer.slice(known.byteOffset, known.byteOffset + known.byteLength));
    const [vector] = await embedder.embedDocuments([text], signal ? { signal } : {});
    add.run(hash, new Uint8Array(vector!.buffer, vector!.byteOffset, vector!.byteLength));
    return vector!;
  }

  return {
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
    maxTokens: embedder.maxTokens,
    embedDocuments: (texts, { signal } = {}) => Promise.all(texts.map((text) => embedOne(text, signal))),
    embedQuery: (text, options) => embedder.embedQuery(text, options),
    async close() {
      db.close();
      await embedder.close();
    },
  };
}
