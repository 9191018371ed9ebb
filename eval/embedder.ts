import { join } from 'node:path';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { createLogger } from '@freshet/shared/log';
import { cacheEmbeddings } from './cached-embedder.ts';

/** The local embedder behind the cache of all evaluations. */
export async function openEvaluationEmbedder({ embedsQuestions }: { embedsQuestions: boolean }) {
  const local = await openLocalEmbedder({ EMBED_THREADS: 0 }, createLogger({ name: 'eval', level: 'warn' }));
  const path = join(import.meta.dirname, '..', '.cache', 'eval', 'vectors.db');
  return {
    embedder: cacheEmbeddings(local.embedder, path, { withQuestions: !embedsQuestions }),
    tokenizer: local.tokenizer,
  };
}
