import { type Static, Type } from 'typebox';
import { checkProvider, providerConfig } from './provider-settings.ts';
import type { Reranker } from './reranking.ts';

export const rerankerConfig = {
  RERANK_PROVIDER: Type.Union(
    [Type.Literal('none'), Type.Literal('http'), Type.Literal('bedrock'), Type.Literal('sagemaker')],
    {
      default: 'none',
      description:
        'Who reads the best candidates again, together with the question: nobody, a server with `/rerank` (TEI, vLLM, Jina, Cohere, LiteLLM), Bedrock, or a SageMaker endpoint.',
    },
  ),
  RERANK_MODEL: Type.Optional(
    Type.String({
      description: 'Name of the model, as its provider has it; with `sagemaker` the name of the endpoint.',
    }),
  ),
  RERANK_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description: '`http`: the server, to which `/rerank` is added, such as `http://tei:8080`.',
    }),
  ),
  RERANK_API_KEY: Type.Optional(
    Type.String({ description: '`http`: sent as a bearer token.', writeOnly: true }),
  ),
  RERANK_PROTOCOL: Type.Optional(
    Type.Union([Type.Literal('cohere'), Type.Literal('tei')], {
      description:
        '`http`, `sagemaker`: `tei` for Text Embeddings Inference, the default of `sagemaker`; `cohere` for all others, the default of `http`.',
    }),
  ),
  SAGEMAKER_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description:
        "`sagemaker`: in place of the region's public address of SageMaker Runtime, such as a VPC endpoint.",
    }),
  ),
  ...providerConfig,
};

export type RerankerConfig = Static<ReturnType<typeof Type.Object<typeof rerankerConfig>>>;

const rules = {
  none: { required: [], optional: [] },
  http: { required: ['RERANK_URL', 'RERANK_MODEL'], optional: ['RERANK_API_KEY', 'RERANK_PROTOCOL'] },
  bedrock: { required: ['RERANK_MODEL', 'AWS_REGION'], optional: [] },
  sagemaker: {
    required: ['RERANK_MODEL', 'AWS_REGION'],
    optional: ['RERANK_PROTOCOL', 'SAGEMAKER_ENDPOINT'],
  },
};

/**
 * The reranker that the configuration names, or none. Asks no server, so it opens while its endpoint is down. It
 * tries no call again: a pause before a second try is longer than a question can wait for its order.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function openReranker(config: RerankerConfig): Promise<Reranker | undefined> {
  const { RERANK_PROVIDER: provider, RERANK_MODEL: model = '', RERANK_PROTOCOL: protocol } = config;
  checkProvider('RERANK_PROVIDER', provider, rules, config);
  const remote = { model, maxAttempts: 1, ...(protocol === undefined ? {} : { protocol }) };
  // Only the provider that is chosen is loaded: the AWS SDK costs start-up time and memory.
  switch (provider) {
    case 'none':
      return undefined;
    case 'http': {
      const { createHttpReranker } = await import('./reranking/http.ts');
      return createHttpReranker({ ...remote, baseUrl: config.RERANK_URL!, apiKey: config.RERANK_API_KEY });
    }
    case 'bedrock': {
      const { createBedrockReranker } = await import('./reranking/bedrock.ts');
      return createBedrockReranker({
        model,
        maxAttempts: 1,
        region: config.AWS_REGION,
        endpoint: config.BEDROCK_ENDPOINT,
      });
    }
    case 'sagemaker': {
      const { createSageMakerReranker } = await import('./reranking/sagemaker.ts');
      return createSageMakerReranker({
        ...remote,
        region: config.AWS_REGION,
        endpoint: config.SAGEMAKER_ENDPOINT,
      });
    }
  }
}
