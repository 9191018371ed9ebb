import { type Span, SpanKind, setContent, streamWithSpan } from '@freshet/shared/spans';
import type { GenerateOptions, GenerationPart, Generator } from './generation.ts';
import type { ModelMetrics } from './model-metrics.ts';

/**
 * A generator whose calls are counted, timed and traced, after OpenTelemetry's conventions for generative models:
 * https://github.com/open-telemetry/semantic-conventions-genai.
 */
export function observeGenerator(generator: Generator, metrics: ModelMetrics): Generator {
  const { model, provider = 'custom' } = generator;
  const labels = { operation: 'chat', provider, model } as const;
  const spanOptions = {
    kind: provider === 'local' ? SpanKind.INTERNAL : SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'gen_ai.request.stream': true,
    },
  };

  async function* call(options: GenerateOptions, span: Span | undefined): AsyncGenerator<GenerationPart> {
    const start = performance.now();
    const measured = metrics.start(labels);
    let hasText = false;
    const written: string[] = [];
    try {
      for await (const part of generator.generate({ ...options, onRetry: measured.retried })) {
        if (part.type === 'delta') {
          if (!hasText) {
            hasText = true;
            measured.firstChunk();
            span?.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - start) / 1000);
          }
          if (span) written.push(part.text);
        } else {
          span?.setAttributes({
            'gen_ai.response.finish_reasons': [part.finishReason],
            'gen_ai.usage.input_tokens': part.usage.inputTokens,
            'gen_ai.usage.output_tokens': part.usage.outputTokens,
            ...(part.promptHash === undefined ? {} : { 'freshet.prompt.hash': part.promptHash }),
            ...(part.omittedRefs === undefined
              ? {}
              : { 'freshet.prompt.omitted_passages': part.omittedRefs.length }),
            ...(part.costUsd === undefined ? {} : { 'freshet.cost_usd': part.costUsd }),
          });
        }
        yield part;
      }
    } catch (error) {
      // Whoever gives up an answer says nothing of the model.
      if (!options.signal.aborted) measured.failed(error);
      throw error;
    } finally {
      measured.ended();
      setContent(span, () => ({
        'gen_ai.input.messages': JSON.stringify(options.messages.map(toMessage)),
        'gen_ai.output.messages': JSON.stringify([
          toMessage({ role: 'assistant', content: written.join('') }),
        ]),
      }));
    }
  }

  return {
    model,
    provider,
    generate: (options) =>
      // Without passages no model is asked.
      options.passages.length === 0
        ? generator.generate(options)
        : streamWithSpan(`chat ${model}`, spanOptions, (span) => call(options, span)),
    close: () => generator.close(),
  };
}

function toMessage({ role, content }: { role: string; content: string }) {
  return { role, parts: [{ type: 'text', content }] };
}
