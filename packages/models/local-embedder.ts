import { availableParallelism } from 'node:os';
import { type Static, Type } from 'typebox';
import { openOnnxEmbedder } from './embedding/onnx/embedder.ts';
import type { Embedder } from './embedding.ts';
import { bgeSmallEn } from './weights/bundle.ts';
import { ensureWeights, type WeightsLog } from './weights/ensure.ts';

export const localEmbedderConfig = {
  EMBED_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 64,
    description: 'Threads that embed, about 100 MiB each; 0 takes one a core, up to 4.',
  }),
};

export interface EmbedderOptions {
  /** How far the threads of a local model yield to others that want the processor, 0 to 19; Linux only. */
  niceness?: number;
}

export interface LocalEmbedder {
  embedder: Embedder;
  /** Path of its tokenizer.json, so that others count tokens as it does. */
  tokenizer: string;
}

/** The embedded default: bge-small-en-v1.5 on this machine's processor, its weights fetched when they are missing. */
export async function openLocalEmbedder(
  { EMBED_THREADS }: Static<ReturnType<typeof Type.Object<typeof localEmbedderConfig>>>,
  log: WeightsLog,
  { niceness = 0 }: EmbedderOptions = {},
): Promise<LocalEmbedder> {
  const weights = await ensureWeights(bgeSmallEn, { log });
  const threads = EMBED_THREADS || Math.min(4, availableParallelism());
  const embedder = await openOnnxEmbedder({ ...weights, threads, niceness });
  return { embedder, tokenizer: weights.tokenizer };
}
