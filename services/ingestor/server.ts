import { join } from 'node:path';
import { openChunkIndex } from '@freshet/chunk-index/open';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';
import { openEmbedder } from '@freshet/models/open-embedder';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { closing, startService } from '@freshet/shared/service/run';
import { openIngestor } from './app.ts';
import { IngestorConfig } from './config.ts';

await startService('ingestor', IngestorConfig, async (config, logger) => {
  const log = await openSqliteEventLog({ path: join(config.DATA_DIR, 'log.db') });
  await log.ensureTopic(DOCUMENTS_TOPIC, { partitions: 1, cleanup: 'compact' });
  const model = await openEmbedder(config, logger);
  const index = await openChunkIndex(config, model.embedder);
  const service = await openIngestor({ config, logger, log, index, ...model });
  return closing(service, log, index, model.embedder);
});
