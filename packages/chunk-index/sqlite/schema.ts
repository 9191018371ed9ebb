import type { DatabaseSync } from 'node:sqlite';

/** Raised when the tables change; an index of another version is refused, never guessed at. */
export const SCHEMA_VERSION = 2;

/**
 * One row an acl (interned, so that both searches filter by a small integer), one a document, one a chunk. The
 * words of a chunk stand in chunk_fts and its vector in chunk_vec, both under the chunk's rowid.
 *
 * chunk_fts is contentless: the text already stands in `chunk`. It is given tokens with spaces between them, which its
 * tokenizer leaves as they are: ASCII knows no letter beyond it, and takes all of those as parts of words. AUTOINCREMENT keeps a removed chunk's rowid from
 * being given to another one.
 */
export function createTables(db: DatabaseSync, dimensions: number): void {
  db.exec(`
    create table setting (name text primary key, value text not null) without rowid;
    create table watermark (partition integer primary key, offset integer not null);
    create table acl (id integer primary key, tenant text not null, acl text not null, unique (tenant, acl));
    create table document (
      key text primary key,
      tenant text not null,
      source text not null,
      document_id text not null,
      version integer not null,
      state text not null,
      title text,
      uri text,
      language text,
      acl_id integer not null references acl (id),
      attributes text not null,
      content_hash text not null,
      embedder text not null,
      chunk_count integer not null,
      changed_at text not null,
      changed_ms integer not null,
      indexed_at text not null
    );
    create index document_tenant on document (tenant, state, chunk_count);
    create index document_source on document (tenant, source, document_id);
    create index document_changed on document (tenant, changed_ms);
    create table attribute (
      tenant text not null,
      token text not null,
      document_key text not null,
      primary key (tenant, token, document_key)
    ) without rowid;
    create index attribute_document on attribute (document_key);
    create table chunk (
      id integer primary key autoincrement,
      document_key text not null,
      ordinal integer not null,
      version integer not null,
      tenant text not null,
      source text not null,
      acl_id integer not null,
      heading_path text not null,
      text text not null,
      span_start integer not null,
      span_end integer not null,
      tokens integer not null,
      content_hash text not null,
      unique (document_key, ordinal)
    );
    create virtual table chunk_fts using fts5 (
      title, headings, text, exact, identifiers,
      content = '', contentless_delete = 1, tokenize = "ascii tokenchars '-_.:/@'"
    );
    create table word (
      tenant text not null,
      word text not null,
      reversed text not null,
      documents integer not null,
      primary key (tenant, word)
    ) without rowid;
    create index word_reversed on word (tenant, reversed);
    create virtual table chunk_vec using vec0 (
      chunk_id integer primary key,
      tenant text partition key,
      source text,
      acl_id integer,
      embedding float[${dimensions}] distance_metric=cosine
    );
    pragma user_version = ${SCHEMA_VERSION};
  `);
}
