import { createExtractiveGenerator } from '@freshet/models/generation/extractive/generator';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { main, runService } from '@freshet/shared/service/run';
import { openGenerator } from './app.ts';
import { GeneratorConfig } from './config.ts';

await main(async () => {
  const config = loadConfig(GeneratorConfig);
  const logger = createLogger({ name: 'generator', level: config.LOG_LEVEL });
  await runService({
    name: 'generator',
    host: config.HOST,
    port: config.PORT,
    shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    logger,
    open: () => openGenerator({ config, logger, generator: createExtractiveGenerator() }),
  });
});
