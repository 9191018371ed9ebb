import { openGenerationModel } from '@freshet/models/open-generator';
import { closing, startService } from '@freshet/shared/service/run';
import { openGenerator } from './app.ts';
import { GeneratorConfig } from './config.ts';

await startService('generator', GeneratorConfig, async (config, logger) => {
  const generator = await openGenerationModel(config, logger);
  return closing(await openGenerator({ config, logger, generator }), generator);
});
