import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { FreshetError } from '@freshet/shared/errors';
import type { Embedder } from '../../embedding.ts';
import { sha256OfFile } from '../../weights/sha256.ts';
import { model as card } from './model.ts';
import { openTextPool, type TextPool } from './text-pool.ts';
import type { EmbedWorkerData } from './worker.ts';

export interface OnnxEmbedderOptions {
  /** Path of the .onnx file, as `ensureWeights` gives it. */
  model: string;
  /** Path of its tokenizer.json. */
  tokenizer: string;
  /** Threads that embed, each with a session of its own: about 220 MiB for the first, 100 for each more. */
  threads?: number;
  /** How far its threads yield to others that want the processor, 0 to 19; Linux only. */
  niceness?: number;
  signal?: AbortSignal;
}

/**
 * bge-small-en-v1.5 on ONNX Runtime, one text a run in worker threads. Takes any string; what does not fit
 * into 512 tokens is cut off.
 *
 * Throws FRESHET_MODEL_UNAVAILABLE when a file is missing or broken, and when a thread dies in a run.
 */
export async function openOnnxEmbedder({
  model,
  tokenizer,
  threads = availableParallelism(),
  niceness = 0,
  signal,
}: OnnxEmbedderOptions): Promise<Embedder> {
  const [modelHash, tokenizerHash] = await Promise.all([hashOf(model, signal), hashOf(tokenizer, signal)]);
  const pool = await openTextPool({
    workerData: { model, tokenizer, niceness } satisfies EmbedWorkerData,
    threads,
  });
  if (signal?.aborted) {
    await pool.close();
    throw signal.reason;
  }
  return createOnnxEmbedder({ pool, threads, modelHash, tokenizerHash });
}

interface Parts {
  pool: TextPool;
  threads: number;
  modelHash: string;
  tokenizerHash: string;
}

function createOnnxEmbedder({ pool, threads, modelHash, tokenizerHash }: Parts): Embedder {
  // Enough that a thread never waits for this one to hand it the next text; more would only make a queue.
  const lanes = 2 * threads;
  return {
    fingerprint: [
      card.name,
      modelHash.slice(0, 12),
      `tokenizer-${tokenizerHash.slice(0, 12)}`,
      `onnxruntime-node-${pool.runtime}`,
      card.pooling,
      `prefix-${createHash('sha256').update(card.queryPrefix).digest('hex').slice(0, 8)}`,
      `${card.maxTokens}t`,
      `${card.dimensions}d`,
    ].join('/'),
    model: card.name,
    provider: 'local',
    dimensions: card.dimensions,
    maxTokens: card.maxTokens,

    async embedDocuments(texts, { signal } = {}) {
      signal?.throwIfAborted();
      const vectors = new Array<Float32Array>(texts.length);
      const failed = new AbortController();
      const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
      let next = 0;
      const lane = async () => {
        while (next < texts.length) {
          const index = next++;
          vectors[index] = await pool.embed(texts[index]!, 'document', stop);
        }
      };
      try {
        await Promise.all(Array.from({ length: Math.min(lanes, texts.length) }, lane));
      } catch (error) {
        failed.abort(error);
        throw error;
      }
      return vectors;
    },

    embedQuery: (text, { signal } = {}) => pool.embed(card.queryPrefix + text, 'query', signal),

    close: () => pool.close(),
  };
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await sha256OfFile(path, { signal });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const detail = `The embedding model cannot be read: ${(cause as Error).message}`;
    throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail, cause });
  }
}
