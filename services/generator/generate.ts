import type { RoutedOptions, Router } from '@freshet/models/routing/router';
import type { GenerateEvent } from '@freshet/shared/contracts';
import { type CheckCitation, createCitationCheck } from './check-citation.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { createSentenceStream } from './sentence-stream.ts';

/**
 * Passages to a cited answer: the model's text as it comes, and each sentence's citations checked as soon as the
 * sentence ends. Checks follow the text and never hold it back.
 */
export async function* generate(
  router: Pick<Router, 'generate'>,
  options: RoutedOptions,
): AsyncGenerator<GenerateEvent> {
  const sentences = createSentenceStream();
  const checkCitation = createCitationCheck(options.passages);
  const parts = mergeDeltas(router.generate(options), { intervalMs: options.deltaIntervalMs ?? 0 });
  for await (const part of parts) {
    if (part.type === 'delta') {
      yield { type: 'answer.delta', text: part.text };
      for (const sentence of sentences.push(part.text)) yield* check(sentence, checkCitation);
      continue;
    }
    const { type, ...result } = part;
    if (result.finishReason !== 'abstained') {
      for (const sentence of sentences.finish()) yield* check(sentence, checkCitation);
    }
    yield { type: 'generation.completed', ...result, attempts: [...result.attempts] };
  }
}

function* check(sentence: string, checkCitation: CheckCitation): Checks {
  const checked = checkCitation(sentence);
  if (checked) yield checked;
}

type Checks = Iterable<GenerateEvent>;
