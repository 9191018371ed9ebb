import { SpanKind, setContent, withSpan } from '@freshet/shared/spans';
import type { Completer } from './completion.ts';
import type { ModelMetrics } from './model-metrics.ts';

/** A completer whose calls are counted, timed and traced. */
export function observeCompleter(completer: Completer, metrics: ModelMetrics): Completer {
  const { model, provider } = completer;
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  };
  return {
    model,
    provider,
    complete: (prompt, options) =>
      withSpan(`chat ${model}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const measured = metrics.start({ operation: 'chat', provider, model });
        setContent(span, () => ({
          'gen_ai.input.messages': JSON.stringify(
            prompt.messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', content }] })),
          ),
        }));
        try {
          return await completer.complete(prompt, { ...options, onRetry: measured.retried });
        } catch (error) {
          measured.failed(options.signal.aborted ? options.signal.reason : error);
          throw error;
        } finally {
          measured.ended();
        }
      }),
    close: () => completer.close(),
  };
}
