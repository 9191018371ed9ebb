import { SpanKind, setContent, withSpan } from '@freshet/shared/spans';
import type { Embedder, EmbedOptions } from './embedding.ts';
import type { ModelMetrics } from './model-metrics.ts';

/**
 * An embedder whose calls are counted, timed and traced, after OpenTelemetry's conventions for generative models:
 * https://github.com/open-telemetry/semantic-conventions-genai.
 */
export function observeEmbedder(embedder: Embedder, metrics: ModelMetrics): Embedder {
  const { fingerprint, dimensions, maxTokens, model = fingerprint, provider = 'custom' } = embedder;
  const labels = { operation: 'embeddings', provider, model } as const;
  const kind = provider === 'local' ? SpanKind.INTERNAL : SpanKind.CLIENT;
  const attributes = {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.embeddings.dimension.count': dimensions,
  };

  function call<Result>(
    texts: readonly string[],
    options: EmbedOptions,
    embed: (options: EmbedOptions) => Promise<Result>,
  ): Promise<Result> {
    return withSpan(`embeddings ${model}`, { kind, attributes }, async (span) => {
      const measured = metrics.start(labels);
      span?.setAttribute('freshet.embeddings.texts', texts.length);
      setContent(span, () => ({
        'gen_ai.input.messages': JSON.stringify(texts.map((content) => ({ type: 'text', content }))),
      }));
      try {
        return await embed({ ...options, onRetry: measured.retried });
      } catch (error) {
        if (!options.signal?.aborted) measured.failed(error);
        throw error;
      } finally {
        measured.ended();
      }
    });
  }

  return {
    fingerprint,
    dimensions,
    maxTokens,
    model,
    provider,
    // A document whose chunks all kept their vectors asks nothing of the model.
    embedDocuments: (texts, options = {}) =>
      texts.length === 0
        ? embedder.embedDocuments(texts, options)
        : call(texts, options, (observed) => embedder.embedDocuments(texts, observed)),
    embedQuery: (text, options = {}) =>
      call([text], options, (observed) => embedder.embedQuery(text, observed)),
    close: () => embedder.close(),
  };
}
