import { join } from 'node:path';
import { openSqliteEventLog } from '@freshet/event-log/sqlite';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';
import { closing, startService } from '@freshet/shared/service/run';
import { openGateway } from './app.ts';
import { GatewayConfig } from './config.ts';

await startService('gateway', GatewayConfig, async (config, logger) => {
  const log = await openSqliteEventLog({ path: join(config.DATA_DIR, 'log.db') });
  await log.ensureTopic(DOCUMENTS_TOPIC, { partitions: 1, cleanup: 'compact' });
  return closing(await openGateway({ config, logger, log }), log);
});
