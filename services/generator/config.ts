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
  STREAM_STALL_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'A client that reads nothing for so long is cut off.',
  }),
});
