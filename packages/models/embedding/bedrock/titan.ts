import type { BedrockEmbeddingModel } from './model.ts';

/**
 * Amazon Titan Text Embeddings V2: one text a call, at most 8,192 tokens and 50,000 characters, of which it cuts
 * off none itself.
 */
export const titan: BedrockEmbeddingModel = {
  ids: /amazon\.titan-embed-text-v2:0$/,
  dimensions: [1024, 512, 256],
  maxTokens: 8192,
  maxCharacters: 50_000,
  batchTexts: 1,
  request: ([inputText], _kind, dimensions) => ({ inputText, dimensions, normalize: true }),
  read: (answer) => [(answer as { embedding: number[] }).embedding],
  cutsOff: false,
};
