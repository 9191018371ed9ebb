import { FreshetError } from '@freshet/shared/errors';
import { Type } from 'typebox';

/** Variables that all models share. */
export const providerConfig = {
  AWS_REGION: Type.Optional(
    Type.String({ description: 'Region of Bedrock. EKS and Lambda set it themselves.' }),
  ),
  BEDROCK_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s/]+',
      description: "In place of the region's public endpoint of Bedrock Runtime: a VPC endpoint, or a fake.",
    }),
  ),
  MODEL_MAX_ATTEMPTS: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 10,
    description: 'How often a call to a model that was throttled, or met a failing server, is made in all.',
  }),
};

export interface ProviderRules {
  required: readonly string[];
  optional: readonly string[];
}

/** Set by the platform, whichever provider is chosen. */
const AMBIENT = new Set(['AWS_REGION']);

/**
 * Refuses a provider without what it needs, and settings that would have no effect with it: both are mistakes that
 * would otherwise be found when the index is full of the wrong vectors.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming all variables that are wrong.
 */
export function checkProvider<Provider extends string>(
  variable: string,
  provider: Provider,
  rules: Record<Provider, ProviderRules>,
  config: object,
): void {
  const isSet = (name: string) => (config as Record<string, unknown>)[name] !== undefined;
  const { required, optional } = rules[provider];
  const missing = required.filter((name) => !isSet(name));
  const governed = new Set(
    Object.values<ProviderRules>(rules).flatMap((each) => [...each.required, ...each.optional]),
  );
  const idle = [...governed].filter(
    (name) => isSet(name) && !AMBIENT.has(name) && !required.includes(name) && !optional.includes(name),
  );
  if (missing.length === 0 && idle.length === 0) return;
  const wrong = [
    ...(missing.length > 0 ? [`needs ${missing.join(', ')}`] : []),
    ...(idle.length > 0 ? [`has no use for ${idle.join(', ')}`] : []),
  ];
  throw new FreshetError('FRESHET_CONFIG_INVALID', {
    detail: `${variable}=${provider} ${wrong.join(', and ')}.`,
  });
}
