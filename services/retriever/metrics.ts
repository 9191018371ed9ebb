import { Counter, DURATION_BUCKETS, Histogram, type Registry } from '@freshet/shared/metrics';

export interface RetrieveMetrics {
  stages: Histogram<'stage'>;
  passages: Histogram;
  degraded: Counter<'step'>;
}

export function createRetrieveMetrics(registry: Registry): RetrieveMetrics {
  return {
    stages: new Histogram({
      name: 'freshet_retrieve_stage_seconds',
      help: 'Time of one retrieval in a stage: wait, understand, embed, search, fuse, realtime, rerank, arrange; total is all of them.',
      labelNames: ['stage'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    }),
    passages: new Histogram({
      name: 'freshet_retrieve_passages',
      help: 'Passages that one retrieval gave.',
      buckets: [0, 1, 2, 4, 8, 16, 32],
      registers: [registry],
    }),
    degraded: new Counter({
      name: 'freshet_retrieve_degraded_total',
      help: 'Steps of retrieval (rerank, condense) that failed or took too long, so that something simpler stood in.',
      labelNames: ['step'],
      registers: [registry],
    }),
  };
}
