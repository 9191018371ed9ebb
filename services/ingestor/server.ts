import { openChunkIndex } from '@freshet/chunk-index/open';
import { openEventLog } from '@freshet/event-log/open';
import { openEmbedder } from '@freshet/models/open-embedder';
import { closing, startService } from '@freshet/shared/service/run';
import { openIngestor } from './app.ts';
import { IngestorConfig } from './config.ts';

/** Embedding fills the processor for as long as there is work; what fetches, writes and refreshes goes first. */
const EMBEDDING_NICENESS = 10;

await startService('ingestor', IngestorConfig, async (config, logger) => {
  const log = await openEventLog(config, { name: 'ingestor', logger });
  const model = await openEmbedder(config, logger, { niceness: EMBEDDING_NICENESS });
  const index = await openChunkIndex(config, model.embedder);
  const service = await openIngestor({ config, logger, log, index, ...model });
  return closing(service, log, index, model.embedder);
});
