import { codeOf } from '@freshet/shared/errors';
import { Counter, DURATION_BUCKETS, Histogram, type Registry } from '@freshet/shared/metrics';

/** One model in one use; all of it comes from the configuration, so the label values are few. */
export interface ModelLabels {
  operation: 'chat' | 'embeddings' | 'rerank';
  provider: string;
  model: string;
}

export interface ModelCall {
  retried(): void;
  /** The first piece of a stream came. */
  firstChunk(): void;
  failed(error: unknown): void;
  ended(): void;
}

export interface ModelMetrics {
  /** Starts the clock of one call, from the asking to the last byte, with all its further tries. */
  start(labels: ModelLabels): ModelCall;
}

const labelNames = ['operation', 'provider', 'model'] as const;

export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const calls = new Histogram({
    name: 'freshet_model_call_seconds',
    help: 'One call to a model, to the end of its answer, with its further tries.',
    labelNames,
    buckets: DURATION_BUCKETS,
    registers,
  });
  const firstChunks = new Histogram({
    name: 'freshet_model_first_chunk_seconds',
    help: 'From a call to the first text of its answer.',
    labelNames,
    buckets: DURATION_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'freshet_model_errors_total',
    help: 'Calls to a model that failed, after all tries, by error code.',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const retries = new Counter({
    name: 'freshet_model_retries_total',
    help: 'Further tries of calls to a model.',
    labelNames,
    registers,
  });
  return {
    start(labels) {
      const start = performance.now();
      const seconds = () => (performance.now() - start) / 1000;
      return {
        retried: () => retries.inc({ ...labels }),
        firstChunk: () => firstChunks.observe({ ...labels }, seconds()),
        failed: (error) => errors.inc({ ...labels, code: codeOf(error) }),
        ended: () => calls.observe({ ...labels }, seconds()),
      };
    },
  };
}
