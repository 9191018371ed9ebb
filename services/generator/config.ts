import { generatorModelConfig } from '@freshet/models/open-generator';
import { commonConfig, internalTokenConfig } from '@freshet/shared/config';
import { Type } from 'typebox';

export const GeneratorConfig = Type.Object({
  ...commonConfig,
  ...internalTokenConfig,
  ...generatorModelConfig,
  PORT: Type.Integer({ default: 8083, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  DELTA_INTERVAL_MS: Type.Integer({
    default: 20,
    minimum: 0,
    maximum: 1_000,
    description:
      'Text of an answer that comes sooner after the last piece waits for this; 0 passes it on as it comes.',
  }),
  CITATION_POLICY: Type.Union([Type.Literal('mark'), Type.Literal('strip')], {
    default: 'mark',
    description:
      '`mark` says of each sentence whether its passages support it; `strip` leaves out those that are unsupported, and gives the text by the sentence.',
  }),
  ABSTAIN_BELOW: Type.Number({
    default: 0.15,
    minimum: 0,
    maximum: 1,
    description:
      'Where retrieval is less confident that its passages answer the question, no model is asked; 0 asks always.',
  }),
  JUDGE_ROUTE: Type.Optional(
    Type.String({
      description:
        'Route whose model gives a second opinion on sentences that the rules are not sure of, with the prompt `judge`; only with `CITATION_POLICY=mark`.',
    }),
  ),
  JUDGE_TIMEOUT_MS: Type.Integer({
    default: 5_000,
    minimum: 100,
    description:
      'After this the verdict of the rules stands. The text does not wait for it, the end of an answer may.',
  }),
  STREAM_STALL_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'A client that reads nothing for so long is cut off.',
  }),
});
