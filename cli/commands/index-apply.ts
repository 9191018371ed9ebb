import { applyChunkIndex, chunkIndexConfig } from '@freshet/chunk-index/open';
import { embedderConfig, openEmbedder } from '@freshet/models/open-embedder';
import { commonConfig, loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { Type } from 'typebox';
import { type Command, EXIT, UsageError } from '../command.ts';

const IndexConfig = Type.Object({
  LOG_LEVEL: { ...commonConfig.LOG_LEVEL, default: 'warn' },
  ...chunkIndexConfig,
  ...embedderConfig,
});

/** Talks to OpenSearch, not to the gateway: with the variables that the services have. */
export const indexCommand: Command = {
  usage: 'index apply',
  summary: 'create the index on OpenSearch, or bring it to what the variables of the services say',
  async run({ paths: [action, ...rest], options, out }) {
    if (action !== 'apply' || rest.length > 0) throw new UsageError('the command is: freshet index apply');
    const config = loadConfig(IndexConfig);
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
