import { openGenerationRoutes } from '@freshet/models/open-routes';
import { closing, startService } from '@freshet/shared/service/run';
import { openGenerator } from './app.ts';
import { GeneratorConfig } from './config.ts';

await startService('generator', GeneratorConfig, async (config, logger) => {
  const routes = await openGenerationRoutes(config, logger);
  return closing(await openGenerator({ config, logger, routes }), routes);
});
