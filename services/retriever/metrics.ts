import { DURATION_BUCKETS, Histogram, type Registry } from '@freshet/shared/metrics';

export interface RetrieveMetrics {
  stages: Histogram<'stage'>;
  passages: Histogram;
}

export function createRetrieveMetrics(registry: Registry): RetrieveMetrics {
  return {
    stages: new Histogram({
      name: 'freshet_retrieve_stage_seconds',
      help: 'Time of one retrieval in a stage: wait, embed, search, fuse, realtime; total is all of them.',
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
  };
}
