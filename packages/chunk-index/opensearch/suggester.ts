import type { Access } from '@freshet/shared/contracts';
import type { Client } from '@opensearch-project/opensearch';
import { MAX_SUGGESTIONS } from '../index.ts';
import { allowedDistance, byDistance, isSpelling, nearest, spellings } from '../spelling.ts';
import { toFilter } from './documents.ts';

/** Neighbours that a shard names, and those of them whose visibility is looked up. */
const MAX_NAMED = 40;
const MAX_CHECKED = 20;

/** A word that others write often may be a mistake of this caller's: by default nothing is named for such words. */
const ANY_FREQUENCY = 2_000_000_000;

const FIELD = 'terms.exact';

interface Suggested {
  options: { text: string; freq: number }[];
}

export interface SuggesterOptions {
  client: Client;
  /** Alias of the chunks. */
  chunks: string;
}

/**
 * Words that may have been meant. OpenSearch names neighbours out of all tenants' words; what the caller sees of them
 * is only what a filtered search finds.
 */
export function createSuggester({ client, chunks }: SuggesterOptions) {
  /** In how many chunks that this caller may see each word stands. */
  async function countVisible(access: Access, words: readonly string[]): Promise<Map<string, number>> {
    if (words.length === 0) return new Map();
    const filters = words.map((word) => ({ term: { [FIELD]: word } }));
    const { body } = await client.search({
      index: chunks,
      allow_partial_search_results: false,
      body: {
        size: 0,
        query: { bool: { filter: [...toFilter(access), { terms: { [FIELD]: words } }] } },
        aggs: { words: { filters: { filters } } },
      } as never,
    });
    const { words: counted } = body.aggregations as unknown as {
      words: { buckets: { doc_count: number }[] };
    };
    return new Map(words.map((word, i) => [word, counted.buckets[i]?.doc_count ?? 0]));
  }

  async function neighbours(words: readonly string[]): Promise<Map<string, Map<string, number>>> {
    const suggest = Object.fromEntries(
      words.map((word, i) => [
        `w${i}`,
        {
          text: word,
          term: {
            field: FIELD,
            suggest_mode: 'always',
            max_edits: allowedDistance(word),
            prefix_length: 0,
            min_word_length: 4,
            max_term_freq: ANY_FREQUENCY,
            size: MAX_NAMED,
            shard_size: MAX_NAMED,
          },
        },
      ]),
    );
    const { body } = await client.search({ index: chunks, body: { size: 0, suggest } as never });
    const suggested = body.suggest as unknown as Record<string, Suggested[]>;
    return new Map(
      words.map((word, i) => {
        const options = (suggested[`w${i}`] ?? []).flatMap(({ options }) => options);
        return [
          word,
          new Map(options.filter(({ text }) => isSpelling(text)).map(({ text, freq }) => [text, freq])),
        ];
      }),
    );
  }

  return async (access: Access, asked: readonly string[]): Promise<Map<string, string[]>> => {
    const wanted = spellings(asked);
    const known = await countVisible(access, [...new Set(wanted.values())]);
    const missing = [...known].flatMap(([word, count]) => (count === 0 ? [word] : []));
    if (missing.length === 0) return new Map();
    const candidates = new Map(
      Array.from(await neighbours(missing), ([word, found]) => [word, nearest(word, found, MAX_CHECKED)]),
    );
    const visible = await countVisible(access, [
      ...new Set([...candidates.values()].flat().map(({ word }) => word)),
    ]);
    const offered = new Map<string, string[]>();
    for (const [word, spelling] of wanted) {
      const found = (candidates.get(spelling) ?? [])
        .map((candidate) => ({ ...candidate, frequency: visible.get(candidate.word) ?? 0 }))
        .filter(({ frequency }) => frequency > 0)
        .sort(byDistance)
        .slice(0, MAX_SUGGESTIONS);
      if (found.length > 0)
        offered.set(
          word,
          found.map((candidate) => candidate.word),
        );
    }
    return offered;
  };
}
