import type { DocumentWrite } from '@freshet/chunk-index';
import type { Access, Acl, Chunk } from '@freshet/shared/contracts';

/**
 * Documents and questions that are no language, but cost a search what language costs: words after Zipf's law with a
 * vocabulary that grows with the corpus, vectors in clusters, acls that overlap. The same ones at every call.
 */

export const TENANT = 'bench';
const CHUNKS_OF_A_DOCUMENT = 10;
const WORDS_OF_A_CHUNK = 110;
const VOCABULARY = 60_000;
const TOPICS = 400;
const WORDS_OF_A_TOPIC = 60;
const GROUPS = 40;

export interface Question {
  access: Access;
  text: string;
  vector: Float32Array;
}

export interface CorpusOptions {
  dimensions: number;
  embedder: string;
}

/** Documents that hold so many chunks together. */
export function* documents(
  chunks: number,
  { dimensions, embedder }: CorpusOptions,
): Generator<DocumentWrite> {
  const random = generator(1);
  const topics = createTopics(dimensions);
  for (let first = 0; first < chunks; first += CHUNKS_OF_A_DOCUMENT) {
    const topic = topics[Math.floor(random() * TOPICS)]!;
    const count = Math.min(CHUNKS_OF_A_DOCUMENT, chunks - first);
    const title = topicalWords(topic, random, 5);
    yield {
      manifest: {
        tenant: TENANT,
        source: `source-${Math.floor(random() * 8)}`,
        documentId: `document-${first / CHUNKS_OF_A_DOCUMENT}`,
        version: 1,
        state: 'live',
        title,
        acl: acl(random),
        attributes: { edition: Math.floor(random() * 5) },
        contentHash: '',
        embedder,
        chunkCount: count,
        changedAt: '2026-01-01T00:00:00.000Z',
        indexedAt: '2026-01-01T00:00:00.000Z',
      },
      chunks: Array.from({ length: count }, (_, ordinal): Chunk => {
        const text = Array.from({ length: WORDS_OF_A_CHUNK }, () =>
          random() < 0.15 ? topicalWords(topic, random, 1) : zipfian(random),
        ).join(' ');
        return {
          ordinal,
          headingPath: [topicalWords(topic, random, 3)],
          text,
          span: { start: 0, end: text.length },
          tokens: WORDS_OF_A_CHUNK,
          contentHash: `${first}-${ordinal}`,
          vector: near(topic.centre, random),
        };
      }),
    };
  }
}

/** Six words of a topic and two of any, asked by somebody with five groups. */
export function questions(count: number, dimensions: number): Question[] {
  const random = generator(2);
  const topics = createTopics(dimensions);
  return Array.from({ length: count }, () => {
    const topic = topics[Math.floor(random() * TOPICS)]!;
    const group = () => `group:g${Math.floor(random() * GROUPS)}`;
    return {
      access: { tenant: TENANT, principals: ['user:u1', group(), group(), group(), group(), group()] },
      text: `how does the ${topicalWords(topic, random, 6)} ${zipfian(random)} ${zipfian(random)}?`,
      vector: near(topic.centre, random),
    };
  });
}

interface Topic {
  centre: number[];
  words: number[];
}

function createTopics(dimensions: number): Topic[] {
  const random = generator(3);
  return Array.from({ length: TOPICS }, () => ({
    centre: Array.from({ length: dimensions }, () => random() - 0.5),
    words: Array.from({ length: WORDS_OF_A_TOPIC }, () => 200 + Math.floor(random() * (VOCABULARY - 200))),
  }));
}

function topicalWords({ words }: Topic, random: () => number, count: number): string {
  return Array.from({ length: count }, () => spell(words[Math.floor(random() ** 2 * words.length)]!)).join(
    ' ',
  );
}

/** The word of rank r comes with a frequency of about 1/r. */
function zipfian(random: () => number): string {
  return spell(Math.floor(VOCABULARY ** random()) - 1);
}

function spell(rank: number): string {
  return `${'bcdfghjklmnpqrst'[rank % 16]}${'aeiou'[rank % 5]}${rank.toString(36)}`;
}

function near(centre: readonly number[], random: () => number): Float32Array {
  const vector = centre.map((value) => value + (random() - 0.5) * 0.9);
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / length);
}

function acl(random: () => number): Acl {
  if (random() < 0.6) return { public: true };
  return { allow: [`group:g${Math.floor(random() * GROUPS)}`, `group:g${Math.floor(random() * GROUPS)}`] };
}

/** Numerical Recipes' linear congruential generator, as a share of 1. */
function generator(state: number): () => number {
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 4) / 2 ** 28;
  };
}
