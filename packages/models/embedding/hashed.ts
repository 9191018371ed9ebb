import { createHash } from 'node:crypto';
import type { Embedder } from '../embedding.ts';

export interface HashedEmbedderOptions {
  dimensions?: number;
}

/**
 * Bags of hashed words: no weights, no threads, the same vectors everywhere. For tests of what stands around an
 * embedder; texts are alike when they share words, and that is all it knows.
 *
 * The signed hashing trick of Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML
 * 2009: one hash gives a word its dimension, another its sign, so that collisions cancel out on average.
 */
export function createHashedEmbedder({ dimensions = 64 }: HashedEmbedderOptions = {}): Embedder {
  return {
    fingerprint: `hashed/1/${dimensions}d`,
    model: 'hashed',
    provider: 'local',
    dimensions,
    maxTokens: 512,
    async embedDocuments(texts, { signal } = {}) {
      signal?.throwIfAborted();
      return texts.map((text) => embed(text, dimensions));
    },
    async embedQuery(text, { signal } = {}) {
      signal?.throwIfAborted();
      return embed(text, dimensions);
    },
    async close() {},
  };
}

function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words.slice(0, 512)) {
    const hash = createHash('sha256').update(word).digest();
    const sign = (hash[4]! & 1) === 0 ? 1 : -1;
    vector[hash.readUInt32LE(0) % dimensions]! += sign;
  }
  let squares = 0;
  for (const value of vector) squares += value * value;
  // No words, or words that cancel each other out: a vector has to have a direction all the same.
  if (squares === 0) vector[0] = squares = 1;
  const length = Math.sqrt(squares);
  return vector.map((value) => value / length);
}
