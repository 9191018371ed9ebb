import { setTimeout as pause } from 'node:timers/promises';
import type { GenerateEvent, GenerateRequest } from '@freshet/shared/contracts';
import type { ServiceClient } from '@freshet/shared/http/client';

const MARKERS_AND_SPACE = /\[\d{1,3}\]|\s+/g;

/** Moments of one answer, all in milliseconds. */
export interface StreamedAnswer {
  endedAt: number;
  /** From the model's first token to the first `answer.delta`. */
  firstDeltaOverheadMs: number;
  /** From the delta that ended a sentence, by the first letter after it, to its `citation.checked`. */
  citationMs: number[];
  /** From the delta with the last letter of a sentence, so with the wait for the model's next token. */
  citationFromLastLetterMs: number[];
}

/**
 * Keeps so many streams open at once until `isOver`. They begin spread over `spreadMs`, as readers do, rather than at
 * one moment.
 */
export async function keepStreaming(
  ask: () => Promise<StreamedAnswer>,
  { streams, spreadMs, isOver }: { streams: number; spreadMs: number; isOver: () => boolean },
): Promise<PromiseSettledResult<StreamedAnswer>[]> {
  async function readOn(i: number): Promise<PromiseSettledResult<StreamedAnswer>[]> {
    await pause((i / streams) * spreadMs);
    const outcomes: PromiseSettledResult<StreamedAnswer>[] = [];
    while (!isOver()) outcomes.push(...(await Promise.allSettled([ask()])));
    return outcomes;
  }
  return (await Promise.all(Array.from({ length: streams }, (_, i) => readOn(i)))).flat();
}

/** Reads one answer of the generator to its end. The first token of the model says when it was said. */
export async function readStream(
  client: ServiceClient,
  body: GenerateRequest,
  token: string,
): Promise<StreamedAnswer> {
  const answer: StreamedAnswer = {
    endedAt: Number.NaN,
    firstDeltaOverheadMs: Number.NaN,
    citationMs: [],
    citationFromLastLetterMs: [],
  };
  // The text is compared without its markers and white space, which a sentence of an event may lack.
  let plain = '';
  let checked = 0;
  const deltas: { end: number; at: number }[] = [];
  for await (const event of client.events<GenerateEvent>({ path: '/v1/generate', body, token })) {
    const at = performance.now();
    if (event.type === 'answer.delta') {
      if (deltas.length === 0) {
        answer.firstDeltaOverheadMs = performance.timeOrigin + at - Number.parseFloat(event.text);
      }
      plain += event.text.replace(MARKERS_AND_SPACE, '');
      deltas.push({ end: plain.length, at });
    } else if (event.type === 'citation.checked') {
      const sentence = event.sentence.replace(MARKERS_AND_SPACE, '');
      const start = plain.indexOf(sentence, checked);
      if (start === -1) throw new Error('a sentence was checked that is not in the answer');
      checked = start + sentence.length;
      const last = deltas.find(({ end }) => end >= checked)!;
      const next = deltas.find(({ end }) => end > checked);
      answer.citationFromLastLetterMs.push(at - last.at);
      // Nothing follows the last sentence: it ends with the answer.
      if (next) answer.citationMs.push(at - next.at);
    } else if (event.type === 'generation.completed') {
      answer.endedAt = at;
      return answer;
    } else throw new Error(event.code);
  }
  throw new Error('the stream ended without its last event');
}
