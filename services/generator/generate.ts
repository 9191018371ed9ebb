import type { Generator } from '@freshet/models/generation';
import type { GenerateEvent, GenerateRequest } from '@freshet/shared/contracts';
import { checkCitation } from './check-citation.ts';
import { createSentenceStream } from './sentence-stream.ts';

/**
 * Passages to a cited answer: the model's text as it comes, and each sentence's citations checked as soon as the
 * sentence ends. Checks follow the text and never hold it back.
 */
export async function* generate(
  generator: Generator,
  { messages, passages }: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent> {
  const sentences = createSentenceStream();
  for await (const part of generator.generate({ messages, passages, signal })) {
    if (part.type === 'delta') {
      yield { type: 'answer.delta', text: part.text };
      for (const sentence of sentences.push(part.text)) yield* check(sentence, passages);
      continue;
    }
    const { type, ...result } = part;
    if (result.finishReason !== 'abstained') {
      for (const sentence of sentences.finish()) yield* check(sentence, passages);
    }
    yield { type: 'generation.completed', model: generator.model, ...result };
  }
}

function* check(sentence: string, passages: GenerateRequest['passages']): Checks {
  const checked = checkCitation(sentence, passages);
  if (checked) yield checked;
}

type Checks = Iterable<GenerateEvent>;
