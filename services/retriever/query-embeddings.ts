import type { Embedder } from '@freshet/models/embedding';
import { LRUCache } from 'lru-cache';

export type EmbedQuery = (query: string, signal: AbortSignal) => Promise<Float32Array>;

/**
 * Question embeddings, cached by the question without its outer white space. Equal questions that arrive together
 * share one computation; it goes on when one of the askers leaves.
 */
export function cacheQueryEmbeddings(embedder: Embedder, maxEntries: number): EmbedQuery {
  if (maxEntries === 0) return (query, signal) => embedder.embedQuery(query, { signal });
  const cache = new LRUCache<string, Promise<Float32Array>>({ max: maxEntries });
  return async (query, signal) => {
    const key = query.trim();
    let embedding = cache.get(key);
    if (!embedding) {
      embedding = embedder.embedQuery(key);
      cache.set(key, embedding);
      embedding.catch(() => cache.delete(key)); // a failure is not remembered
    }
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([embedding, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };
}
