import type { Logger } from '@freshet/shared/log';
import { type Static, Type } from 'typebox';
import { openProvider } from './generation/open-provider.ts';
import { openPrompts } from './generation/prompt/templates.ts';
import type { Generator } from './generation.ts';
import { parseModelPrices } from './model-prices.ts';
import { checkProvider, providerConfig } from './provider-settings.ts';

export const generatorModelConfig = {
  ROUTES_FILE: Type.Optional(
    Type.String({
      description:
        'JSON file with named routes to models, in place of the one that the variables make; docs/routing.md describes it.',
    }),
  ),
  GENERATION_PROVIDER: Type.Union(
    [Type.Literal('extractive'), Type.Literal('bedrock'), Type.Literal('openai'), Type.Literal('local')],
    {
      default: 'extractive',
      description:
        'Who answers: sentences of the passages without a language model, Bedrock, a server with the API of OpenAI, or a GGUF file that the generator runs itself.',
    },
  ),
  GENERATION_MODEL: Type.Optional(
    Type.String({
      description:
        'Name of the model, as its provider has it; on Bedrock also an inference profile; `local`: path of the file, or SmolLM2-135M.',
    }),
  ),
  GENERATION_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description: '`openai`: the server, with the version in the path, such as `http://vllm:8000/v1`.',
    }),
  ),
  GENERATION_API_KEY: Type.Optional(
    Type.String({ description: '`openai`: sent as a bearer token.', writeOnly: true }),
  ),
  GENERATION_MAX_TOKENS: Type.Integer({
    default: 1024,
    minimum: 1,
    description: 'Most tokens of an answer; a longer one ends with the reason `length`.',
  }),
  GENERATION_TEMPERATURE: Type.Optional(
    Type.Number({ minimum: 0, maximum: 2, description: 'Not sent when absent: some models refuse it.' }),
  ),
  GENERATION_MAX_STREAMS: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Sockets to the model: an answer has one for as long as it runs, and further ones wait.',
  }),
  GENERATION_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: '`local`: threads that compute; 0 takes one a core, up to 8.',
  }),
  GENERATION_SEQUENCES: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 64,
    description: '`local`: answers that are written at once; eight times as many wait for their turn.',
  }),
  GENERATION_CONTEXT_TOKENS: Type.Integer({
    default: 8192,
    minimum: 512,
    description:
      '`local`: most tokens of a prompt with its answer, at most what the model was trained for. Memory is kept for as many in each sequence.',
  }),
  FIRST_TOKEN_TIMEOUT_MS: Type.Integer({
    default: 20_000,
    minimum: 10,
    description: 'Longest time from the call, with its further tries, to the first token of an answer.',
  }),
  BETWEEN_TOKENS_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 10,
    description: 'Longest time from a token to the next.',
  }),
  PROMPTS_DIR: Type.Optional(
    Type.String({
      description:
        'Folder with prompts, one folder each by its name; `default` stands over the one that comes with Freshet. docs/answers.md has the files.',
    }),
  ),
  CONTEXT_TOKENS: Type.Integer({
    default: 4_000,
    minimum: 100,
    description: 'Most tokens of passages in a prompt; the best ones come first, each whole or not at all.',
  }),
  HISTORY_TOKENS: Type.Integer({
    default: 1_000,
    minimum: 0,
    description: 'Most tokens of earlier messages in a prompt; the oldest are left out first.',
  }),
  MODEL_PRICES: Type.String({
    default: '{}',
    description:
      'JSON: dollars for a million tokens, by model: `{"some-model":{"inputPerMTok":1,"outputPerMTok":5}}`. Without an entry an answer names no cost.',
  }),
  ...providerConfig,
};

export type GeneratorModelConfig = Static<ReturnType<typeof Type.Object<typeof generatorModelConfig>>>;

/** What all models of a process are asked with. */
export function promptSettings(
  config: Pick<GeneratorModelConfig, 'PROMPTS_DIR' | 'CONTEXT_TOKENS' | 'HISTORY_TOKENS'>,
) {
  return {
    prompts: openPrompts(config.PROMPTS_DIR),
    contextTokens: config.CONTEXT_TOKENS,
    historyTokens: config.HISTORY_TOKENS,
  };
}

const rules = {
  extractive: { required: [], optional: [] },
  bedrock: { required: ['GENERATION_MODEL', 'AWS_REGION'], optional: ['GENERATION_TEMPERATURE'] },
  openai: {
    required: ['GENERATION_URL', 'GENERATION_MODEL'],
    optional: ['GENERATION_API_KEY', 'GENERATION_TEMPERATURE'],
  },
  local: { required: ['GENERATION_MODEL'], optional: ['GENERATION_TEMPERATURE'] },
};

/**
 * The language model that the configuration names, or none. Asks no server, so it opens while its endpoint is down.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`; `FRESHET_MODEL_UNAVAILABLE` for a local model that cannot be had.
 */
export async function openGenerationModel(config: GeneratorModelConfig, logger: Logger): Promise<Generator> {
  const { GENERATION_PROVIDER: provider, GENERATION_MODEL: model = '' } = config;
  checkProvider('GENERATION_PROVIDER', provider, rules, config);
  const price = parseModelPrices(config.MODEL_PRICES).get(model);
  if (provider !== 'extractive' && provider !== 'local' && !price) {
    logger.warn({ model }, 'MODEL_PRICES has no price for the model: answers will name no cost');
  }
  const remote = {
    model,
    price,
    maxTokens: config.GENERATION_MAX_TOKENS,
    temperature: config.GENERATION_TEMPERATURE,
    firstTokenTimeoutMs: config.FIRST_TOKEN_TIMEOUT_MS,
    betweenTokensTimeoutMs: config.BETWEEN_TOKENS_TIMEOUT_MS,
    maxAttempts: config.MODEL_MAX_ATTEMPTS,
    connections: config.GENERATION_MAX_STREAMS,
    ...promptSettings(config),
  };
  switch (provider) {
    case 'extractive':
      return openProvider({ provider });
    case 'bedrock':
      return openProvider({
        provider,
        ...remote,
        region: config.AWS_REGION,
        endpoint: config.BEDROCK_ENDPOINT,
      });
    case 'openai':
      return openProvider({
        provider,
        ...remote,
        baseUrl: config.GENERATION_URL!,
        apiKey: config.GENERATION_API_KEY,
      });
    case 'local':
      return openProvider({ provider, ...remote, ...localSettings(config), log: logger });
  }
}

/** What all local models of a generator have in common. */
export function localSettings(config: GeneratorModelConfig) {
  return {
    threads: config.GENERATION_THREADS,
    sequences: config.GENERATION_SEQUENCES,
    contextTokens: config.GENERATION_CONTEXT_TOKENS,
  };
}
