import { FreshetError } from '@freshet/shared/errors';
import { createRepetitionCheck } from './find-repetition.ts';
import type { ModelPart } from './model-generator.ts';

const HIGH_SURROGATE_AT_END = /[\ud800-\udbff]$/;

/**
 * A model's parts, without what no reader should see of it. White space before the first word waits for that word, so
 * that a model which says nothing else has not begun its answer: it fails with `FRESHET_MODEL_EMPTY`, of which
 * `onEmpty` hears first. Half a character waits for its other half. A model that repeats itself without end is ended,
 * with the reason `length`.
 * @throws {FreshetError} `FRESHET_MODEL_EMPTY`
 */
export async function* guardAnswer(
  parts: AsyncIterable<ModelPart>,
  onEmpty: (part: Extract<ModelPart, { type: 'finished' }>) => void = () => {},
): AsyncGenerator<ModelPart> {
  const repeatsItself = createRepetitionCheck();
  let held = '';
  let hasBegun = false;
  for await (const part of parts) {
    if (part.type === 'thinking') continue;
    if (part.type === 'finished') {
      if (hasBegun && held !== '') yield { type: 'delta', text: held.toWellFormed() };
      // A filter may well have taken away all that there was.
      if (!hasBegun && part.finishReason !== 'blocked') {
        onEmpty(part);
        throw new FreshetError('FRESHET_MODEL_EMPTY');
      }
      yield part;
      return;
    }
    let text = held + part.text;
    held = '';
    if (!hasBegun && text.trim() === '') {
      held = text;
      continue;
    }
    const half = text.match(HIGH_SURROGATE_AT_END)?.[0];
    if (half) {
      held = half;
      text = text.slice(0, -1);
    }
    if (text === '') continue;
    hasBegun = true;
    yield { type: 'delta', text: text.toWellFormed() };
    if (repeatsItself(text)) {
      yield { type: 'finished', finishReason: 'length' };
      return;
    }
  }
}
