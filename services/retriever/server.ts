import { join } from 'node:path';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { main, runService } from '@freshet/shared/service/run';
import { openRetriever } from './app.ts';
import { RetrieverConfig } from './config.ts';

await main(async () => {
  const config = loadConfig(RetrieverConfig);
  const logger = createLogger({ name: 'retriever', level: config.LOG_LEVEL });
  await runService({
    name: 'retriever',
    host: config.HOST,
    port: config.PORT,
    shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    logger,
    async open() {
      const { embedder } = await openLocalEmbedder(config, logger);
      const { dimensions, fingerprint } = embedder;
      const index = await openSqliteChunkIndex({
        path: join(config.DATA_DIR, 'index.db'),
        dimensions,
        embedder: fingerprint,
      });
      const service = await openRetriever({ config, logger, index, embedder });
      return {
        app: service.app,
        async close() {
          await service.close();
          await Promise.all([index.close(), embedder.close()]);
        },
      };
    },
  });
});
