import type { DatabaseSync } from 'node:sqlite';
import {
  type Access,
  type Acl,
  type DocumentRef,
  documentKey,
  isVisible,
  type Manifest,
} from '@freshet/shared/contracts';
import {
  type FoundChunk,
  type Hit,
  type IndexStatistics,
  MAX_SUGGESTIONS,
  type ManifestQuery,
  type SearchRequest,
  type SearchResult,
} from '../index.ts';
import { isCurrent } from '../is-current.ts';
import { type LexicalTerms, lexicalTerms } from '../lexical-terms.ts';
import { byDistance, nearest, spellings } from '../spelling.ts';
import { type Condition, matching, toCondition } from './condition.ts';
import { lexicalQuery, phraseQuery } from './lexical-query.ts';
import { createCandidates } from './vocabulary.ts';

/** BM25 weights of title, headings, text, exact and identifiers; see docs/adr/0016-words-are-analysed-here.md. */
const FIELD_WEIGHTS = '3.0, 2.0, 1.0, 0.5, 1.0';

/** Words that are looked up for each one that is missing, and how far what holds them is counted. */
const MAX_CHECKED = 20;
const MAX_COUNTED = 1_000;

const HIT_COLUMNS = 'c.document_key, c.ordinal, c.version';

export interface Reader {
  readManifests(documents: readonly DocumentRef[]): [string, Manifest][];
  /** The next manifests of the list, at most so many. */
  manifestPage(query: ManifestQuery, limit: number): Manifest[];
  readVectors(document: DocumentRef, embedder: string): [string, Float32Array][];
  search(request: SearchRequest): SearchResult;
  /** The two lists of a search that quotes nothing, each by itself. */
  searchWords(request: SearchRequest): Hit[];
  searchVectors(request: SearchRequest): Hit[];
  suggest(access: Access, words: readonly string[]): [string, string[]][];
  readHits(access: Access, hits: readonly Hit[]): (FoundChunk | undefined)[];
  sources(): { tenant: string; source: string }[];
  watermark(): [number, number][];
  statistics(tenant: string): IndexStatistics;
}

/** All questions to the index. Synchronous: it runs in a worker thread. */
export function createReader(db: DatabaseSync): Reader {
  const manifest = db.prepare(
    'select d.*, a.acl from document d join acl a on a.id = d.acl_id where d.key = ?',
  );
  const manifestPage = db.prepare(`
    select d.*, a.acl from document d join acl a on a.id = d.acl_id
    where d.tenant = ? and d.source = ? and d.document_id > ? and (?4 is null or d.state = ?4)
      and (?5 is null or unixepoch(d.changed_at, 'subsec') < ?5)
      and d.document_id >= ?6 and substr(d.document_id, 1, length(?6)) = ?6
    order by d.document_id limit ?7`);
  const chunk = db.prepare('select * from chunk where document_key = ? and ordinal = ? and version = ?');
  const vectors = db.prepare(`
    select c.content_hash, v.embedding from document d
    join chunk c on c.document_key = d.key join chunk_vec v on v.chunk_id = c.id
    where d.key = ? and d.embedder = ?`);
  const candidates = createCandidates(db);
  const anyWithTerm = db.prepare('select 1 from chunk_fts where chunk_fts match ? limit 1');
  const acls = db.prepare('select id, acl from acl where tenant = ?');
  const watermark = db.prepare('select partition, offset from watermark');
  const sources = db.prepare("select distinct tenant, source from document where state = 'live'");
  const counts = db.prepare(`
    select (select count(*) from document where tenant = ?1 and state = 'live') as documents,
      (select count(*) from document where tenant = ?1 and state = 'deleted') as tombstones,
      (select coalesce(sum(chunk_count), 0) from document where tenant = ?1) as chunks`);

  function visibleAcls(access: Access): number[] {
    return acls
      .all(access.tenant)
      .filter((row) => isVisible(JSON.parse(row['acl'] as string) as Acl, access))
      .map((row) => row['id'] as number);
  }

  /** `undefined` where there is nothing that this caller may see. */
  function conditionFor(access: Access, filter?: SearchRequest['filter']): Condition | undefined {
    const aclIds = visibleAcls(access);
    return aclIds.length === 0 ? undefined : toCondition(access.tenant, aclIds, filter);
  }

  /** Without stems that no chunk has, most of those of other languages: bm25() looks at each term for each row. */
  function present(terms: LexicalTerms): LexicalTerms {
    return { ...terms, stems: terms.stems.filter((stem) => anyWithTerm.get(`"${stem}"`) !== undefined) };
  }

  function lexicalSearch(match: string, where: Condition, limit: number): Hit[] {
    const statement = db.prepare(`
      select ${HIT_COLUMNS}, -bm25(chunk_fts, ${FIELD_WEIGHTS}) as score
      from chunk_fts join chunk c on c.id = chunk_fts.rowid
      where chunk_fts match ? and c.tenant = ? and ${where.sql('c.', 'c.id')}
      order by score desc, c.id limit ?`);
    return statement.all(match, where.tenant, ...where.values, limit).map(toHit);
  }

  function vectorSearch(vector: Float32Array, where: Condition, limit: number): Hit[] {
    // `k` is a constraint of vec0, so the join stands outside of it.
    const statement = db.prepare(`
      select ${HIT_COLUMNS}, 1 - v.distance as score
      from (select chunk_id, distance from chunk_vec
        where embedding match ? and k = ? and tenant = ? and ${where.sql('', 'chunk_id')}) v
      join chunk c on c.id = v.chunk_id
      order by v.distance, c.id`);
    return statement.all(toBlob(vector), BigInt(limit), where.tenant, ...where.values).map(toHit);
  }

  /** Chunks that this caller may see and that hold a word, counted up to `most`. */
  function countVisible(word: string, where: Condition, most: number): number {
    const statement = db.prepare(`
      select count(*) as found from (select 1 from chunk_fts join chunk c on c.id = chunk_fts.rowid
        where chunk_fts match ? and c.tenant = ? and ${where.sql('c.', 'c.id')} limit ?)`);
    return statement.get(phraseQuery([[word]]), where.tenant, ...where.values, most)?.['found'] as number;
  }

  return {
    readManifests: (documents) =>
      documents.flatMap((document): [string, Manifest][] => {
        const key = documentKey(document);
        const row = manifest.get(key);
        return row ? [[key, toManifest(row)]] : [];
      }),

    manifestPage: ({ tenant, source, state, prefix = '', after = '', changedBefore }, limit) =>
      manifestPage
        .all(
          tenant,
          source,
          after,
          state ?? null,
          changedBefore ? changedBefore.valueOf() / 1000 : null,
          prefix,
          limit,
        )
        .map(toManifest),

    readVectors: (document, embedder) =>
      vectors.all(documentKey(document), embedder).map((row) => {
        const { buffer, byteOffset, byteLength } = row['embedding'] as Uint8Array;
        return [
          row['content_hash'] as string,
          new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)),
        ];
      }),

    searchWords({ access, text, language, limit, filter }) {
      const where = conditionFor(access, filter);
      const match = where && lexicalQuery(present(lexicalTerms(text, language)));
      return where && match ? lexicalSearch(match, where, limit) : [];
    },

    searchVectors({ access, vector, limit, filter }) {
      const where = conditionFor(access, filter);
      return where ? vectorSearch(vector, where, limit) : [];
    },

    search({ access, text, language, vector, limit, filter }) {
      const where = conditionFor(access, filter);
      if (!where) return { lexical: [], vector: [] };
      const terms = present(lexicalTerms(text, language));
      const match = lexicalQuery(terms);
      if (terms.quoted.length > 0) {
        const quoted = phraseQuery(terms.quoted);
        const lexical = lexicalSearch(`(${match}) AND ${quoted}`, where, limit);
        if (lexical.length > 0)
          return { lexical, vector: vectorSearch(vector, where.and(matching(quoted)), limit) };
      }
      return {
        lexical: match === '' ? [] : lexicalSearch(match, where, limit),
        vector: vectorSearch(vector, where, limit),
      };
    },

    suggest(access, words) {
      const where = conditionFor(access);
      if (!where) return [];
      return [...spellings(words)].flatMap(([word, spelling]): [string, string[]][] => {
        if (countVisible(spelling, where, 1) > 0) return [];
        const visible = nearest(spelling, candidates(access.tenant, spelling), MAX_CHECKED)
          .map((candidate) => ({ ...candidate, frequency: countVisible(candidate.word, where, MAX_COUNTED) }))
          .filter(({ frequency }) => frequency > 0);
        if (visible.length === 0) return [];
        return [
          [
            word,
            visible
              .sort(byDistance)
              .slice(0, MAX_SUGGESTIONS)
              .map((candidate) => candidate.word),
          ],
        ];
      });
    },

    readHits: (access, hits) =>
      hits.map((hit) => {
        const row = manifest.get(hit.documentKey);
        const found = row && toManifest(row);
        if (!isCurrent(hit, found, access)) return undefined;
        // A write may come between the two reads: a newer text must not pass under the acl of the older manifest.
        const text = chunk.get(hit.documentKey, hit.ordinal, hit.version);
        return text && toFoundChunk(text, found);
      }),

    sources: () =>
      sources.all().map((row) => ({ tenant: row['tenant'] as string, source: row['source'] as string })),

    watermark: () => watermark.all().map((row) => [row['partition'] as number, row['offset'] as number]),

    statistics: (tenant) => ({ ...(counts.get(tenant) as unknown as IndexStatistics) }),
  };
}

export function toBlob({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function toHit(row: Record<string, unknown>): Hit {
  return {
    documentKey: row['document_key'] as string,
    ordinal: row['ordinal'] as number,
    version: row['version'] as number,
    score: row['score'] as number,
  };
}

function toFoundChunk(row: Record<string, unknown>, manifest: Manifest): FoundChunk {
  return {
    manifest,
    headingPath: JSON.parse(row['heading_path'] as string) as string[],
    text: row['text'] as string,
    span: { start: row['span_start'] as number, end: row['span_end'] as number },
  };
}

function toManifest(row: Record<string, unknown>): Manifest {
  const text = (column: string) => row[column] as string;
  const { title, uri, language } = row as Record<'title' | 'uri' | 'language', string | null>;
  return {
    tenant: text('tenant'),
    source: text('source'),
    documentId: text('document_id'),
    version: row['version'] as number,
    state: text('state') as Manifest['state'],
    ...(title === null ? {} : { title }),
    ...(uri === null ? {} : { uri }),
    ...(language === null ? {} : { language }),
    acl: JSON.parse(text('acl')) as Acl,
    attributes: JSON.parse(text('attributes')) as Manifest['attributes'],
    contentHash: text('content_hash'),
    embedder: text('embedder'),
    chunkCount: row['chunk_count'] as number,
    changedAt: text('changed_at'),
    indexedAt: text('indexed_at'),
  };
}
