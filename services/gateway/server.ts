import { openEventLog } from '@freshet/event-log/open';
import { closing, startService } from '@freshet/shared/service/run';
import { openSharedState } from '@freshet/state/open';
import { openGateway } from './app.ts';
import { GatewayConfig } from './config.ts';

await startService('gateway', GatewayConfig, async (config, logger) => {
  const log = await openEventLog(config, { name: 'gateway', logger });
  const state = await openSharedState(config, logger);
  return closing(await openGateway({ config, logger, log, state }), log, state);
});
