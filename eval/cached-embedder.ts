import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Embedder } from '@freshet/models/embedding';

/** Keeps vectors in a file by the hash of their text, so that a second evaluation takes seconds. */
export function cacheEmbeddings(
  embedder: Embedder,
  path: string,
  /** Off to embed every question again, where the time of that is measured. */
  { withQuestions = true }: { withQuestions?: boolean } = {},
): Embedder {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 10000');
  db.exec('create table if not exists vector (hash text primary key, embedding blob not null) without rowid');
  const find = db.prepare('select embedding from vector where hash = ?');
  const add = db.prepare('insert or replace into vector (hash, embedding) values (?, ?)');

  async function cached(key: string, embed: () => Promise<Float32Array>): Promise<Float32Array> {
    const hash = createHash('sha256').update(key).digest('hex');
    const known = find.get(hash)?.['embedding'] as Uint8Array | undefined;
    if (known)
      return new Float32Array(known.buffer.slice(known.byteOffset, known.byteOffset + known.byteLength));
    const vector = await embed();
    add.run(hash, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    return vector;
  }

  return {
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
    maxTokens: embedder.maxTokens,
    embedDocuments: (texts, { signal } = {}) =>
      Promise.all(
        texts.map((text) =>
          cached(`${embedder.fingerprint}\n${text}`, async () => {
            const [vector] = await embedder.embedDocuments([text], signal ? { signal } : {});
            return vector!;
          }),
        ),
      ),
    embedQuery: (text, options) =>
      withQuestions
        ? cached(`${embedder.fingerprint} question\n${text}`, () => embedder.embedQuery(text, options))
        : embedder.embedQuery(text, options),
    async close() {
      db.close();
      await embedder.close();
    },
  };
}
