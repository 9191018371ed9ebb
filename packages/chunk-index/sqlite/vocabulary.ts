import type { DatabaseSync } from 'node:sqlite';
import { allowedDistance, isSpelling } from '../spelling.ts';

/** Rows that are looked at for one misspelt word. */
const MAX_CANDIDATES = 20_000;

/** The words of a tenant, with the number of documents that hold each. */
export interface Vocabulary {
  /** What a document holds now, and held before. */
  replace(tenant: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void;
}

export function createVocabulary(db: DatabaseSync): Vocabulary {
  const add = db.prepare(`
    insert into word (tenant, word, reversed, documents) values (?, ?, ?, 1)
    on conflict (tenant, word) do update set documents = documents + 1`);
  const take = db.prepare('update word set documents = documents - 1 where tenant = ? and word = ?');
  const drop = db.prepare('delete from word where tenant = ? and word = ? and documents <= 0');
  for (const statement of [add, take, drop]) statement.setReadBigInts(true);
  return {
    replace(tenant, before, after) {
      for (const word of before.difference(after)) {
        take.run(tenant, word);
        drop.run(tenant, word);
      }
      for (const word of after.difference(before)) add.run(tenant, word, reverse(word));
    },
  };
}

/** The words of a chunk's exact terms that another one may be a misspelling of. */
export function addSpellings(exact: string, words: Set<string>): void {
  for (const token of exact.split(' ')) if (isSpelling(token)) words.add(token);
}

/**
 * Words of a tenant that begin or end as this one does, with their documents. A mistake leaves the first or the last
 * third of a word alone; of two, at worst each takes one of them, and such a word is not found.
 */
export function createCandidates(db: DatabaseSync): (tenant: string, word: string) => Map<string, number> {
  const similar = (column: string) =>
    db.prepare(`
      select word, documents from word where tenant = ? and ${column} >= ? and ${column} < ?
      and length(word) between ? and ? limit ${MAX_CANDIDATES}`);
  const beginning = similar('word');
  const ending = similar('reversed');
  return (tenant, word) => {
    const third = Math.max(1, Math.floor(word.length / 3));
    const distance = allowedDistance(word);
    const lengths = [word.length - distance, word.length + distance];
    const found = new Map<string, number>();
    for (const [statement, spelling] of [
      [beginning, word],
      [ending, reverse(word)],
    ] as const) {
      const prefix = spelling.slice(0, third);
      for (const row of statement.all(tenant, prefix, `${prefix}\u{10ffff}`, ...lengths)) {
        found.set(row['word'] as string, row['documents'] as number);
      }
    }
    return found;
  };
}

function reverse(word: string): string {
  return [...word].reverse().join('');
}
