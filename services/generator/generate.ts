import { abstention, isAbstention } from '@freshet/models/generation/abstention';
import type { RoutedPart } from '@freshet/models/routing/attempt';
import type { RoutedOptions, Router } from '@freshet/models/routing/router';
import type { CitationChecked, GenerateEvent } from '@freshet/shared/contracts';
import { abstain } from './abstain.ts';
import { type CheckCitation, createCitationCheck } from './check-citation.ts';
import type { JudgedLater } from './citations/judged-later.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { createSentenceStream } from './sentence-stream.ts';

export interface AnswerPolicy {
  /** `mark` says which sentences are unsupported; `strip` leaves them out, and gives the text by the sentence. */
  citations: 'mark' | 'strip';
  /** Below this confidence of retrieval no model is asked; 0 asks always. */
  abstainBelow: number;
  /** Second opinions, which come after the text; only to `mark`. */
  judged?: JudgedLater | undefined;
}

export interface GenerateOptions extends RoutedOptions {
  /** Of retrieval, that the passages answer the question: 0 to 1. */
  confidence?: number | undefined;
}

type Completed = Extract<GenerateEvent, { type: 'generation.completed' }>;

/**
 * Passages to a cited answer: the model's text as it comes, and each sentence's citations checked as soon as the
 * sentence ends. Checks follow the text and never hold it back, unless what is unsupported is to be left out.
 */
export async function* generate(
  router: Pick<Router, 'generate'>,
  { confidence, ...options }: GenerateOptions,
  { citations, abstainBelow, judged }: AnswerPolicy = { citations: 'mark', abstainBelow: 0 },
): AsyncGenerator<GenerateEvent> {
  if (confidence !== undefined && confidence < abstainBelow) {
    yield* abstain(options.messages, options.passages);
    return;
  }
  const check = createCitationCheck(options.passages);
  const intervalMs = citations === 'strip' ? 0 : (options.deltaIntervalMs ?? 0);
  const parts = mergeDeltas(router.generate(options), { intervalMs });
  if (citations === 'strip') yield* strip(parts, check, options);
  else if (judged) yield* markLater(parts, check, judged);
  else yield* mark(parts, check);
}

/** The text as it comes, and after each sentence its check. */
async function* mark(parts: AsyncIterable<RoutedPart>, check: CheckCitation): AsyncGenerator<GenerateEvent> {
  const sentences = createSentenceStream();
  for await (const part of parts) {
    if (part.type === 'delta') {
      yield { type: 'answer.delta', text: part.text };
      yield* checksOf(sentences.push(part.text), check);
      continue;
    }
    if (part.finishReason !== 'abstained') yield* checksOf(sentences.finish(), check);
    yield toCompleted(part);
  }
}

function* checksOf(sentences: readonly string[], check: CheckCitation): Generator<CitationChecked> {
  for (const sentence of sentences) {
    const checked = isAbstention(sentence) ? undefined : check(sentence);
    if (checked) yield checked;
  }
}

/** As `mark`, but a check comes when its judge has spoken; the text does not wait for it, only the end does. */
async function* markLater(
  parts: AsyncIterable<RoutedPart>,
  check: CheckCitation,
  judged: JudgedLater,
): AsyncGenerator<GenerateEvent> {
  const events = mark(parts, check);
  let completed: GenerateEvent | undefined;
  let next: Promise<IteratorResult<GenerateEvent>> | undefined = events.next();
  try {
    while (next || judged.hasMore()) {
      const ready = judged.ready().then(() => undefined);
      const result = await (next ? Promise.race([next, ready]) : ready);
      yield* judged.take();
      if (!result) continue;
      if (result.done) {
        next = undefined;
        continue;
      }
      next = events.next();
      next.catch(() => {}); // it may fail while this event is being sent; it is awaited afterwards
      if (result.value.type === 'citation.checked') judged.add(result.value);
      else if (result.value.type === 'generation.completed') completed = result.value;
      else yield result.value;
    }
  } finally {
    // Not awaited: a model that is being asked for its next part comes to this only afterwards, or by its signal.
    events.return(undefined).catch(() => {});
  }
  if (completed) yield completed;
}

/** Sentence by sentence, without those that the passages do not support. */
async function* strip(
  parts: AsyncIterable<RoutedPart>,
  check: CheckCitation,
  { messages }: Pick<GenerateOptions, 'messages'>,
): AsyncGenerator<GenerateEvent> {
  const sentences = createSentenceStream();
  let stripped = 0;
  let hasSaid = false;

  function* release(ended: readonly string[]): Generator<GenerateEvent> {
    for (const text of ended) {
      const checked = isAbstention(text) ? undefined : check(text);
      if (checked?.verdict === 'unsupported') {
        stripped += 1;
        continue;
      }
      hasSaid ||= /[\p{L}\p{N}]/u.test(text);
      yield { type: 'answer.delta', text };
      if (checked) yield checked;
    }
  }

  for await (const part of parts) {
    if (part.type === 'delta') {
      yield* release(sentences.push(part.text));
      continue;
    }
    yield* release(sentences.finish());
    const completed = toCompleted(part);
    if (stripped > 0) completed.strippedSentences = stripped;
    if (stripped > 0 && !hasSaid) {
      yield { type: 'answer.delta', text: abstention(messages.at(-1)?.content ?? '') };
      completed.finishReason = 'abstained';
    }
    yield completed;
  }
}

function toCompleted(part: Extract<RoutedPart, { type: 'finished' }>): Completed {
  const { type, ...result } = part;
  return { type: 'generation.completed', ...result, attempts: [...result.attempts] };
}
