import { loadConfig } from '@freshet/shared/config';
import { main } from '@freshet/shared/service/run';
import { Type } from 'typebox';
import { startFakeBedrock } from '../fake-bedrock.ts';
import type { Fault } from './faults.ts';

/** Times are published ones of a small model: 620 ms to the first token, 950 ms to the last of 67. */
const FakeBedrockConfig = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
  PORT: Type.Integer({ default: 8090, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  FIRST_TOKEN_MS: Type.Number({ default: 620, minimum: 0, description: 'To the first token.' }),
  BETWEEN_TOKENS_MS: Type.Number({ default: 5, minimum: 0, description: 'From a token to the next.' }),
  LATENCY_SPREAD: Type.Number({ default: 0, minimum: 0, description: 'Sigma, or the share of a uniform.' }),
  LATENCY_DISTRIBUTION: Type.Union([Type.Literal('log-normal'), Type.Literal('uniform')], {
    default: 'log-normal',
  }),
  SEED: Type.Integer({ default: 1, minimum: 0, description: 'The same seed gives the same times.' }),
  ANSWER_TOKENS: Type.Integer({ default: 67, minimum: 1, description: 'Tokens of every answer.' }),
  EMBED_MS: Type.Number({ default: 0, minimum: 0, description: 'To the answer of an embedding.' }),
  EMBED_SPREAD: Type.Number({ default: 0, minimum: 0, description: 'How far it strays, as LATENCY_SPREAD.' }),
  CONTEXT_TOKENS: Type.Integer({ default: 200_000, minimum: 1, description: 'Longer prompts are refused.' }),
  THROTTLE_EVERY: Type.Optional(Type.Integer({ minimum: 1, description: 'Every nth request is throttled.' })),
  THROTTLE_PER_SECOND: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Requests beyond are throttled.' }),
  ),
  FAIL_EVERY: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Every nth request fails as FAIL_WITH says.' }),
  ),
  FAIL_WITH: Type.String({
    default: '{"type":"refused","error":"ServiceUnavailableException"}',
    description: 'A fault as JSON, in the shapes that faults.ts names.',
  }),
});

await main(async () => {
  const config = loadConfig(FakeBedrockConfig);
  const { THROTTLE_EVERY: every, THROTTLE_PER_SECOND: perSecond, FAIL_EVERY } = config;
  const fake = await startFakeBedrock({
    host: config.HOST,
    port: config.PORT,
    firstTokenMs: config.FIRST_TOKEN_MS,
    betweenTokensMs: config.BETWEEN_TOKENS_MS,
    spread: config.LATENCY_SPREAD,
    distribution: config.LATENCY_DISTRIBUTION,
    seed: config.SEED,
    tokens: config.ANSWER_TOKENS,
    embedMs: config.EMBED_MS,
    embedSpread: config.EMBED_SPREAD,
    contextTokens: config.CONTEXT_TOKENS,
    throttle: {
      ...(every === undefined ? {} : { every }),
      ...(perSecond === undefined ? {} : { perSecond }),
    },
    ...(FAIL_EVERY === undefined
      ? {}
      : { fail: { every: FAIL_EVERY, fault: JSON.parse(config.FAIL_WITH) as Fault } }),
  });
  console.log(`fake Bedrock on ${fake.url}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void fake.close());
});
