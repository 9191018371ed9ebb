import type { BedrockEmbeddingModel } from './model.ts';

const INPUT_TYPES = { document: 'search_document', query: 'search_query' };

interface CohereAnswer {
  embeddings: number[][] | { float: number[][] };
}

function read(answer: unknown): number[][] {
  const { embeddings } = answer as CohereAnswer;
  return Array.isArray(embeddings) ? embeddings : embeddings.float;
}

/** Cohere Embed, which is told what a text is for. Up to 96 texts a call; what is too long it cuts off. */
export const cohere: readonly BedrockEmbeddingModel[] = [
  {
    ids: /cohere\.embed-(?:english|multilingual)-v3(?::0)?$/,
    dimensions: [1024],
    maxTokens: 512,
    maxCharacters: 2048,
    batchTexts: 96,
    cutsOff: true,
    request: (texts, kind) => ({ texts, input_type: INPUT_TYPES[kind], truncate: 'END' }),
    read,
  },
  {
    ids: /cohere\.embed-v4(?::0)?$/,
    dimensions: [1536, 1024, 512, 256],
    maxTokens: 128_000,
    maxCharacters: 500_000,
    batchTexts: 96,
    cutsOff: true,
    request: (texts, kind, dimensions) => ({
      texts,
      input_type: INPUT_TYPES[kind],
      truncate: 'RIGHT',
      embedding_types: ['float'],
      output_dimension: dimensions,
    }),
    read,
  },
];
