import { eventLogConfig } from '@freshet/event-log/open';
import { commonConfig, internalTokenConfig } from '@freshet/shared/config';
import { sourcesConfig } from '@freshet/shared/sources';
import { connectorsConfig } from '@freshet/sources/config';
import { stateConfig } from '@freshet/state/open';
import { Type } from 'typebox';

export const GatewayConfig = Type.Object({
  ...commonConfig,
  ...eventLogConfig,
  ...internalTokenConfig,
  ...sourcesConfig,
  ...connectorsConfig,
  ...stateConfig,
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  RETRIEVER_URL: Type.String({
    default: 'http://127.0.0.1:8082',
    description: 'Where the retriever listens.',
  }),
  GENERATOR_URL: Type.String({
    default: 'http://127.0.0.1:8083',
    description: 'Where the generator listens.',
  }),
  API_KEYS_FILE: Type.Optional(
    Type.String({
      description:
        'JSON file with the keys of callers: `[{"key":"…","tenant":"default","principals":["user:ana"],"canWrite":true}]`. Without it everybody is anonymous, sees what is public in the tenant `default`, and may write.',
    }),
  ),
  CHAT_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    description: 'Longest time of one answer.',
  }),
  CHAT_MAX_STREAMS: Type.Integer({
    default: 1_000,
    minimum: 1,
    description: 'Answers that may run at once; further ones are told to come again.',
  }),
  STREAM_STALL_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'A client that reads nothing for so long is cut off.',
  }),
});
