import { Counter, Gauge, Histogram, type Registry } from '@freshet/shared/metrics';
import { readForScrape } from './lag.ts';

export interface IngestMetrics {
  documents: Counter<'outcome'>;
  chunks: Counter;
  embedded: Counter;
  freshness: Histogram<'source'>;
  batches: Histogram<'stage'>;
  deadLetters: Counter<'code'>;
  batchFailures: Counter;
  /** Runs one stage of the work on a document and records its seconds. */
  time<Result>(stage: 'parse' | 'embed' | 'write', work: () => Promise<Result>): Promise<Result>;
}

/** `readLag` is asked at each scrape: records behind, by partition. */
export function createIngestMetrics(
  registry: Registry,
  { readLag }: { readLag: () => Promise<Map<number, number>> },
): IngestMetrics {
  const registers = [registry];
  const stages = new Histogram({
    name: 'freshet_ingest_stage_seconds',
    help: 'Time of one document in a stage: parse, embed, write.',
    labelNames: ['stage'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const lag = new Gauge({
    name: 'freshet_ingest_lag',
    help: 'Records of the document log that are not yet searchable, as the whole group sees it. Absent while the log cannot say.',
    labelNames: ['partition'],
    registers,
    async collect() {
      const behind = await readForScrape(readLag);
      lag.reset();
      for (const [partition, records] of behind ?? []) lag.set({ partition }, records);
    },
  });
  const documents = new Counter({
    name: 'freshet_ingest_documents_total',
    help: 'Events by what became of them: live, deleted, stale or refused.',
    labelNames: ['outcome'],
    registers,
  });
  // From zero on, so that the first of them is an increase, which an alert can see.
  for (const outcome of ['live', 'deleted', 'stale', 'refused']) documents.inc({ outcome }, 0);
  return {
    documents,
    chunks: new Counter({ name: 'freshet_ingest_chunks_total', help: 'Chunks written.', registers }),
    embedded: new Counter({
      name: 'freshet_ingest_embedded_chunks_total',
      help: 'Chunks that had to be embedded; the others kept their vector.',
      registers,
    }),
    freshness: new Histogram({
      name: 'freshet_ingest_freshness_seconds',
      help: 'From the change in the source to searchable, by source; those that SOURCES does not name are `other`.',
      labelNames: ['source'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86_400],
      registers,
    }),
    batches: new Histogram({
      name: 'freshet_ingest_batch_seconds',
      help: 'Time of one batch in a stage: decode, read (manifests and vectors), parse, embed, write, searchable (refresh and watermark). Stages overlap; beside_embedding is when it was in any of them and embedded nothing.',
      labelNames: ['stage'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    deadLetters: new Counter({
      name: 'freshet_ingest_dead_letters_total',
      help: 'Events that can never be applied and went to the dead letters, by error code.',
      labelNames: ['code'],
      registers,
    }),
    batchFailures: new Counter({
      name: 'freshet_ingest_batch_failures_total',
      help: 'Batches that failed and will be tried again.',
      registers,
    }),
    async time(stage, work) {
      const end = stages.startTimer({ stage });
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
