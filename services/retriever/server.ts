import { openChunkIndex } from '@freshet/chunk-index/open';
import { openEmbedder } from '@freshet/models/open-embedder';
import { closing, startService } from '@freshet/shared/service/run';
import { openRetriever } from './app.ts';
import { RetrieverConfig } from './config.ts';

await startService('retriever', RetrieverConfig, async (config, logger) => {
  const { embedder } = await openEmbedder(config, logger);
  const index = await openChunkIndex(config, embedder);
  return closing(await openRetriever({ config, logger, index, embedder }), index, embedder);
});
