import { join } from 'node:path';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';
import { loadConfig } from '@freshet/shared/config';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { createLogger } from '@freshet/shared/log';
import { main, runService } from '@freshet/shared/service/run';
import { openGateway } from './app.ts';
import { GatewayConfig } from './config.ts';

await main(async () => {
  const config = loadConfig(GatewayConfig);
  const logger = createLogger({ name: 'gateway', level: config.LOG_LEVEL });
  await runService({
    name: 'gateway',
    host: config.HOST,
    port: config.PORT,
    shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    logger,
    async open() {
      const log = await openSqliteEventLog({ path: join(config.DATA_DIR, 'log.db') });
      await log.ensureTopic(DOCUMENTS_TOPIC, { partitions: 1, cleanup: 'compact' });
      const service = await openGateway({ config, logger, log });
      return {
        app: service.app,
        async close() {
          await service.close();
          await log.close();
        },
      };
    },
  });
});
