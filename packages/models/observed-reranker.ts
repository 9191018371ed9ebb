import { SpanKind, withSpan } from '@freshet/shared/spans';
import type { ModelMetrics } from './model-metrics.ts';
import type { Reranker } from './reranking.ts';

/** A reranker whose calls are counted, timed and traced. */
export function observeReranker(reranker: Reranker, metrics: ModelMetrics): Reranker {
  const { model, provider = 'custom' } = reranker;
  const attributes = {
    'gen_ai.operation.name': 'rerank',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  };
  return {
    model,
    provider,
    rerank: (query, texts, options = {}) =>
      withSpan(`rerank ${model}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        span?.setAttribute('freshet.rerank.texts', texts.length);
        const measured = metrics.start({ operation: 'rerank', provider, model });
        try {
          return await reranker.rerank(query, texts, { ...options, onRetry: measured.retried });
        } catch (error) {
          measured.failed(options.signal?.aborted ? options.signal.reason : error);
          throw error;
        } finally {
          measured.ended();
        }
      }),
    close: () => reranker.close(),
  };
}
