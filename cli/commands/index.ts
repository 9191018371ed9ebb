import { commonConfig, loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { Type } from 'typebox';
import { type Command, EXIT, UsageError } from '../command.ts';

/** Talks to OpenSearch, not to the gateway: with the variables that the services have. */
export const indexCommand: Command = {
  usage: 'index apply',
  summary: 'create the index on OpenSearch, or bring it to what the variables of the services say',
  async run({ paths: [action, ...rest], options, out }) {
    if (action !== 'apply' || rest.length > 0) throw new UsageError('the command is: freshet index apply');
    // Loaded here: whoever asks a question needs neither a client of OpenSearch nor an embedder.
    const [{ applyChunkIndex, chunkIndexConfig }, { embedderConfig, openEmbedder }] = await Promise.all([
      import('@freshet/chunk-index/open'),
      import('@freshet/models/open-embedder'),
    ]);
    const LOG_LEVEL = { ...commonConfig.LOG_LEVEL, default: 'warn' as const };
    const config = loadConfig(Type.Object({ LOG_LEVEL, ...chunkIndexConfig, ...embedderConfig }));
    const { embedder } = await openEmbedder(config, createLogger({ name: 'cli', level: config.LOG_LEVEL }));
    try {
      for (const { alias, index, outcome } of await applyChunkIndex(config, embedder)) {
        out(
          options.json
            ? `${JSON.stringify({ alias, index, outcome })}\n`
            : `${outcome}  ${index}  (${alias})\n`,
        );
      }
    } finally {
      await embedder.close();
    }
    return EXIT.ok;
  },
};
