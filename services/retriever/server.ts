import { join } from 'node:path';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { closing, startService } from '@freshet/shared/service/run';
import { openRetriever } from './app.ts';
import { RetrieverConfig } from './config.ts';

await startService('retriever', RetrieverConfig, async (config, logger) => {
  const { embedder } = await openLocalEmbedder(config, logger);
  const { dimensions, fingerprint } = embedder;
  const index = await openSqliteChunkIndex({
    path: join(config.DATA_DIR, 'index.db'),
    dimensions,
    embedder: fingerprint,
  });
  return closing(await openRetriever({ config, logger, index, embedder }), index, embedder);
});
