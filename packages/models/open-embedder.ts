import type { Logger } from '@freshet/shared/log';
import { type Static, Type } from 'typebox';
import type { Embedder } from './embedding.ts';
import { type EmbedderOptions, localEmbedderConfig, openLocalEmbedder } from './local-embedder.ts';
import { checkProvider, providerConfig } from './provider-settings.ts';

export const embedderConfig = {
  EMBEDDING_PROVIDER: Type.Union(
    [Type.Literal('local'), Type.Literal('bedrock'), Type.Literal('openai'), Type.Literal('hashed')],
    {
      default: 'local',
      description:
        'Who embeds: bge-small-en-v1.5 on this machine, Bedrock, or a server with the API of OpenAI. `hashed` knows words and no meaning: for load tests alone.',
    },
  ),
  EMBEDDING_MODEL: Type.Optional(Type.String({ description: 'Name of the model, as its provider has it.' })),
  EMBEDDING_DIMENSIONS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 4096,
      description: "Length of a vector. By default the model's own; `openai` has to be told.",
    }),
  ),
  EMBEDDING_SEND_DIMENSIONS: Type.Optional(
    Type.Boolean({
      description:
        '`openai`: asks the model for EMBEDDING_DIMENSIONS; models that know only their own refuse.',
    }),
  ),
  EMBEDDING_MAX_TOKENS: Type.Optional(
    Type.Integer({ minimum: 16, description: '`openai`: what the model reads of a text; 512 by default.' }),
  ),
  EMBEDDING_QUERY_PREFIX: Type.Optional(
    Type.String({ description: '`openai`: put before every question, such as `query: ` for e5.' }),
  ),
  EMBEDDING_DOCUMENT_PREFIX: Type.Optional(
    Type.String({ description: '`openai`: put before every chunk, such as `passage: ` for e5.' }),
  ),
  EMBEDDING_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description: '`openai`: the server, with the version in the path, such as `http://vllm:8000/v1`.',
    }),
  ),
  EMBEDDING_API_KEY: Type.Optional(
    Type.String({ description: '`openai`: sent as a bearer token.', writeOnly: true }),
  ),
  EMBEDDING_CONCURRENCY: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 256,
    description: '`bedrock`, `openai`: calls for documents that run at once.',
  }),
  EMBEDDING_TIMEOUT_MS: Type.Integer({
    default: 20_000,
    minimum: 10,
    description: '`bedrock`, `openai`: longest time of one call, with its further tries.',
  }),
  ...localEmbedderConfig,
  ...providerConfig,
};

export type EmbedderConfig = Static<ReturnType<typeof Type.Object<typeof embedderConfig>>>;

const rules = {
  local: { required: [], optional: [] },
  hashed: { required: [], optional: ['EMBEDDING_DIMENSIONS'] },
  bedrock: { required: ['EMBEDDING_MODEL', 'AWS_REGION'], optional: ['EMBEDDING_DIMENSIONS'] },
  openai: {
    required: ['EMBEDDING_URL', 'EMBEDDING_MODEL', 'EMBEDDING_DIMENSIONS'],
    optional: [
      'EMBEDDING_API_KEY',
      'EMBEDDING_SEND_DIMENSIONS',
      'EMBEDDING_MAX_TOKENS',
      'EMBEDDING_QUERY_PREFIX',
      'EMBEDDING_DOCUMENT_PREFIX',
    ],
  },
};

export interface OpenedEmbedder {
  embedder: Embedder;
  /** Path of its tokenizer.json, where there is one to count tokens with. */
  tokenizer?: string;
}

/**
 * The embedder that the configuration names. Asks no server, so it opens while its endpoint is down; its
 * fingerprint is known all the same.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, and `FRESHET_MODEL_UNAVAILABLE` for local weights.
 */
export async function openEmbedder(
  config: EmbedderConfig,
  logger: Logger,
  options: EmbedderOptions = {},
): Promise<OpenedEmbedder> {
  const { EMBEDDING_PROVIDER: provider, EMBEDDING_DIMENSIONS: dimensions } = config;
  checkProvider('EMBEDDING_PROVIDER', provider, rules, config);
  const remote = {
    model: config.EMBEDDING_MODEL ?? '',
    concurrency: config.EMBEDDING_CONCURRENCY,
    timeoutMs: config.EMBEDDING_TIMEOUT_MS,
    maxAttempts: config.MODEL_MAX_ATTEMPTS,
  };
  // Only the provider that is chosen is loaded: the AWS SDK and ONNX Runtime cost start-up time and memory.
  switch (provider) {
    case 'local':
      return openLocalEmbedder(config, logger, options);
    case 'hashed': {
      logger.warn('embedding by hashed words, which know no meaning: for load tests alone');
      const { createHashedEmbedder } = await import('./embedding/hashed.ts');
      return { embedder: createHashedEmbedder({ dimensions: dimensions ?? 384 }) };
    }
    case 'bedrock': {
      const { createBedrockEmbedder } = await import('./embedding/bedrock.ts');
      const embedder = createBedrockEmbedder({
        ...remote,
        dimensions,
        region: config.AWS_REGION,
        endpoint: config.BEDROCK_ENDPOINT,
      });
      return { embedder };
    }
    case 'openai': {
      const { createOpenAiEmbedder } = await import('./embedding/openai.ts');
      const embedder = createOpenAiEmbedder({
        ...remote,
        baseUrl: config.EMBEDDING_URL!,
        apiKey: config.EMBEDDING_API_KEY,
        dimensions: dimensions!,
        sendDimensions: config.EMBEDDING_SEND_DIMENSIONS ?? false,
        maxTokens: config.EMBEDDING_MAX_TOKENS ?? 512,
        queryPrefix: config.EMBEDDING_QUERY_PREFIX ?? '',
        documentPrefix: config.EMBEDDING_DOCUMENT_PREFIX ?? '',
      });
      return { embedder };
    }
  }
}
