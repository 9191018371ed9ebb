import { fileURLToPath } from 'node:url';
import { loadSample } from '@freshet/cli/sample';
import { openEmbedder } from '@freshet/models/open-embedder';
import { openGenerationRoutes } from '@freshet/models/open-routes';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { main, runService } from '@freshet/shared/service/run';
import { openStandalone } from './app.ts';
import { StandaloneConfig } from './config.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

await main(async () => {
  const config = loadConfig(StandaloneConfig);
  const { HOST: host, PORT: port, SHUTDOWN_TIMEOUT_MS: shutdownTimeoutMs } = config;
  const logger = createLogger({ name: 'freshet', level: config.LOG_LEVEL });
  if (!['127.0.0.1', '::1', 'localhost'].includes(host) && !process.env['API_KEYS_FILE']) {
    logger.warn({ host }, 'anybody who reaches this address may read and write; set API_KEYS_FILE');
  }
  const { url } = await runService({
    name: 'standalone',
    host,
    port,
    shutdownTimeoutMs,
    telemetry: config,
    logger,
    async open() {
      const model = await openEmbedder(config, logger);
      const routes = await openGenerationRoutes(config, logger);
      const env = { ...process.env, SOURCES: config.SOURCES, PORT: String(port), HOST: host };
      const standalone = await openStandalone({ env, dataDir: config.DATA_DIR, logger, ...model, routes });
      return {
        app: standalone.gateway.app,
        async close() {
          await standalone.close();
          await Promise.all([model.embedder.close(), routes.close()]);
        },
      };
    },
  });
  say(`Freshet is ready: ask at ${url}, or read ${url}/docs`);
  if (config.LOAD_SAMPLE) {
    await loadSample({
      url,
      folder: fileURLToPath(new URL('../../eval/sample/documents', import.meta.url)),
      say,
    });
  }
});
