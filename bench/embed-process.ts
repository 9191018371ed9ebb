import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { createLogger } from '@freshet/shared/log';

/**
 * The local embedder alone in a process of its own, with the threads that the ingestor has: what ingestion is
 * compared with. Forked by ingest-engines.ts.
 */

export interface EmbedderReady {
  fingerprint: string;
  dimensions: number;
  maxTokens: number;
  tokenizer: string;
}

/** The answer to a list of texts. */
export interface TextsEmbedded {
  ms: number;
  /** Most resident memory that the process ever had, in MiB. */
  residentMiB: number;
}

const { embedder, tokenizer } = await openLocalEmbedder(
  { EMBED_THREADS: 0 },
  createLogger({ name: 'bench', level: 'warn' }),
);
process.on('message', async (texts: string[]) => {
  const start = performance.now();
  await embedder.embedDocuments(texts);
  const ms = performance.now() - start;
  process.send?.({ ms, residentMiB: process.resourceUsage().maxRSS / 1024 } satisfies TextsEmbedded);
});
process.once('disconnect', () => void embedder.close());
const { fingerprint, dimensions, maxTokens } = embedder;
process.send?.({ fingerprint, dimensions, maxTokens, tokenizer } satisfies EmbedderReady);
