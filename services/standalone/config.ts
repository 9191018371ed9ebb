import { embedderConfig } from '@freshet/models/open-embedder';
import { generatorModelConfig } from '@freshet/models/open-generator';
import { commonConfig, storageConfig } from '@freshet/shared/config';
import { Type } from 'typebox';

export const StandaloneConfig = Type.Object({
  ...commonConfig,
  LOG_LEVEL: { ...commonConfig.LOG_LEVEL, default: 'warn' },
  ...storageConfig,
  ...embedderConfig,
  ...generatorModelConfig,
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of the gateway. The services behind it take free ports on loopback.',
  }),
  SOURCES: Type.String({
    default: '{"*":{"acl":{"public":true}}}',
    description: 'As on the gateway; here every source is public unless a document says otherwise.',
  }),
  LOAD_SAMPLE: Type.Boolean({
    default: false,
    description: 'Loads the sample corpus of eval/sample into an index that has no document.',
  }),
});
