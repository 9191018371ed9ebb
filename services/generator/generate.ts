import type { Generator } from '@freshet/models/generation';
import type { GenerateEvent, GenerateRequest } from '@freshet/shared/contracts';
import { type CheckCitation, createCitationCheck } from './check-citation.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { createSentenceStream } from './sentence-stream.ts';

/**
 * Passages to a cited answer: the model's text as it comes, and each sentence's citations checked as soon as the
 * sentence ends. Checks follow the text and never hold it back.
 */
export async function* generate(
  generator: Generator,
  { messages, passages }: GenerateRequest,
  signal: AbortSignal,
  deltaIntervalMs = 0,
): AsyncGenerator<GenerateEvent> {
  const sentences = createSentenceStream();
  const checkCitation = createCitationCheck(passages);
  const parts = mergeDeltas(generator.generate({ messages, passages, signal, deltaIntervalMs }), {
    intervalMs: deltaIntervalMs,
  });
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
    yield { type: 'generation.completed', model: generator.model, ...result };
  }
}

function* check(sentence: string, checkCitation: CheckCitation): Checks {
  const checked = checkCitation(sentence);
  if (checked) yield checked;
}

type Checks = Iterable<GenerateEvent>;
