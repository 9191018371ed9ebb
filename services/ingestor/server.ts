import { join } from 'node:path';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { loadConfig } from '@freshet/shared/config';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { main, runService } from '@freshet/shared/service/run';
import { openIngestor } from './app.ts';
import { IngestorConfig } from './config.ts';

await main(async () => {
  const config = loadConfig(IngestorConfig);
  const logger = createLogger({ name: 'ingestor', level: config.LOG_LEVEL });
  await runService({
    name: 'ingestor',
    host: config.HOST,
    port: config.PORT,
    shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    logger,
    async open() {
      const log = await openSqliteEventLog({ path: join(config.DATA_DIR, 'log.db') });
      await log.ensureTopic(DOCUMENTS_TOPIC, { partitions: 1, cleanup: 'compact' });
      const { embedder, tokenizer } = await openLocalEmbedder(config, logger);
      const { dimensions, fingerprint } = embedder;
      const index = await openSqliteChunkIndex({
        path: join(config.DATA_DIR, 'index.db'),
        dimensions,
        embedder: fingerprint,
      });
      const service = await openIngestor({ config, logger, log, index, embedder, tokenizer });
      return {
        app: service.app,
        async close() {
          await service.close();
          await Promise.all([log.close(), index.close(), embedder.close()]);
        },
      };
    },
  });
});
