import { openChunkIndex } from '@freshet/chunk-index/open';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { closing, startService } from '@freshet/shared/service/run';
import { openRetriever } from './app.ts';
import { RetrieverConfig } from './config.ts';

await startService('retriever', RetrieverConfig, async (config, logger) => {
  const { embedder } = await openLocalEmbedder(config, logger);
  const index = await openChunkIndex(config, embedder);
  return closing(await openRetriever({ config, logger, index, embedder }), index, embedder);
});
