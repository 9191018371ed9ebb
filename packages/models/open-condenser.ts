import { type Static, Type } from 'typebox';
import type { Completer } from './completion.ts';
import { checkProvider, providerConfig } from './provider-settings.ts';

export const condenserConfig = {
  CONDENSE_PROVIDER: Type.Union([Type.Literal('rules'), Type.Literal('bedrock'), Type.Literal('openai')], {
    default: 'rules',
    description:
      'Who makes a question that stands by itself out of a follow-up and the conversation before it: rules, which need no model, Bedrock, or a server with the API of OpenAI.',
  }),
  CONDENSE_MODEL: Type.Optional(
    Type.String({ description: 'Name of the model, as its provider has it; a small one will do.' }),
  ),
  CONDENSE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description: '`openai`: the server, with the version in the path, such as `http://vllm:8000/v1`.',
    }),
  ),
  CONDENSE_API_KEY: Type.Optional(
    Type.String({ description: '`openai`: sent as a bearer token.', writeOnly: true }),
  ),
  ...providerConfig,
};

export type CondenserConfig = Static<ReturnType<typeof Type.Object<typeof condenserConfig>>>;

const rules = {
  rules: { required: [], optional: [] },
  bedrock: { required: ['CONDENSE_MODEL', 'AWS_REGION'], optional: [] },
  openai: { required: ['CONDENSE_URL', 'CONDENSE_MODEL'], optional: ['CONDENSE_API_KEY'] },
};

/** A question is short; what is longer is an answer. */
const MAX_TOKENS = 150;

/**
 * The model that condenses follow-ups, or none where rules do. Asks no server, and tries no call again: the rules
 * are there sooner.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function openCondenser(config: CondenserConfig): Promise<Completer | undefined> {
  const { CONDENSE_PROVIDER: provider, CONDENSE_MODEL: model = '' } = config;
  checkProvider('CONDENSE_PROVIDER', provider, rules, config);
  const remote = { model, maxAttempts: 1, maxTokens: MAX_TOKENS };
  switch (provider) {
    case 'rules':
      return undefined;
    case 'bedrock': {
      const { createBedrockCompleter } = await import('./completion/bedrock.ts');
      return createBedrockCompleter({
        ...remote,
        region: config.AWS_REGION,
        endpoint: config.BEDROCK_ENDPOINT,
      });
    }
    case 'openai': {
      const { createOpenAiCompleter } = await import('./completion/openai.ts');
      return createOpenAiCompleter({
        ...remote,
        baseUrl: config.CONDENSE_URL!,
        apiKey: config.CONDENSE_API_KEY,
      });
    }
  }
}
