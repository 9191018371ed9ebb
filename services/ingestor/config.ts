import { chunkIndexConfig } from '@freshet/chunk-index/open';
import { eventLogConfig } from '@freshet/event-log/open';
import { embedderConfig } from '@freshet/models/open-embedder';
import { commonConfig } from '@freshet/shared/config';
import { sourcesConfig } from '@freshet/shared/sources';
import { connectorsConfig } from '@freshet/sources/config';
import { Type } from 'typebox';
import { contentConfig } from './content/config.ts';

export const IngestorConfig = Type.Object({
  ...commonConfig,
  ...eventLogConfig,
  ...chunkIndexConfig,
  ...embedderConfig,
  ...sourcesConfig,
  ...connectorsConfig,
  ...contentConfig,
  PORT: Type.Integer({ default: 8081, minimum: 0, maximum: 65_535, description: 'Port to listen on.' }),
  INGEST_BATCH_RECORDS: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 10_000,
    description: 'Most records that are handled, and then committed, at once.',
  }),
  INGEST_BATCH_BYTES: Type.Integer({
    default: 4 * 1024 * 1024,
    minimum: 1024,
    description: 'Most bytes of records that are handled at once.',
  }),
  RETENTION_INTERVAL_MINUTES: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 10_080,
    description:
      'How often documents beyond the `retentionDays` of SOURCES, and chunks that a broken write left, are looked for.',
  }),
  CDC_MAPPING_FILE: Type.Optional(
    Type.String({
      description:
        'JSON file that says how rows of PostgreSQL become documents; turns change data capture on. See postgres-cdc.md.',
    }),
  ),
  PARSER_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'A document that takes longer to parse goes to the dead letters.',
  }),
  PARSER_HEAP_MIB: Type.Integer({
    default: 384,
    minimum: 64,
    description: 'A document that needs more heap to parse goes to the dead letters.',
  }),
  PARSER_BUFFERS_MIB: Type.Integer({
    default: 256,
    minimum: 32,
    description: 'A document that needs more memory outside the heap to parse goes to the dead letters.',
  }),
});
