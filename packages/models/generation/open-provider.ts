import type { Generator } from '../generation.ts';
import type { BedrockGeneratorOptions } from './bedrock.ts';
import type { LocalGeneratorOptions } from './local.ts';
import type { OpenAiGeneratorOptions } from './openai.ts';

export type ProviderSettings =
  | { provider: 'extractive' }
  | ({ provider: 'bedrock' } & BedrockGeneratorOptions)
  | ({ provider: 'openai' } & OpenAiGeneratorOptions)
  | ({ provider: 'local' } & LocalGeneratorOptions);

/**
 * A generator of a provider. Only the provider that is chosen is loaded: the AWS SDK costs start-up time and memory.
 * Asks no server, so it opens while its endpoint is down; a local model is loaded, and fetched if it must be.
 */
export async function openProvider(settings: ProviderSettings): Promise<Generator> {
  switch (settings.provider) {
    case 'extractive': {
      const { createExtractiveGenerator } = await import('./extractive/generator.ts');
      return createExtractiveGenerator();
    }
    case 'bedrock': {
      const { createBedrockGenerator } = await import('./bedrock.ts');
      const { provider, ...options } = settings;
      return createBedrockGenerator(options);
    }
    case 'openai': {
      const { createOpenAiGenerator } = await import('./openai.ts');
      const { provider, ...options } = settings;
      return createOpenAiGenerator(options);
    }
    case 'local': {
      const { openLocalGenerator } = await import('./local.ts');
      const { provider, ...options } = settings;
      return openLocalGenerator(options);
    }
  }
}
