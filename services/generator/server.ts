import { createExtractiveGenerator } from '@freshet/models/generation/extractive/generator';
import { startService } from '@freshet/shared/service/run';
import { openGenerator } from './app.ts';
import { GeneratorConfig } from './config.ts';

await startService('generator', GeneratorConfig, (config, logger) =>
  openGenerator({ config, logger, generator: createExtractiveGenerator() }),
);
