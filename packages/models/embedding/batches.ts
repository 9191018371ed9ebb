import { FreshetError } from '@freshet/shared/errors';
import type { LimitFunction } from 'p-limit';

export interface BatchOptions {
  texts: readonly string[];
  /** Most texts in one call. */
  batchTexts: number;
  /** Most characters in one call, unless one text alone has more: services limit their bodies. */
  batchCharacters?: number;
  /** Most calls at once, shared by all that embed. */
  limit: LimitFunction;
  dimensions: number;
  signal?: AbortSignal | undefined;
  /** One call: raw vectors, in the order of the texts. */
  call(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}

/** Unit vectors of any number of texts, in their order, whatever order the calls end in. The first failure ends all. */
export async function embedInBatches({
  texts,
  batchTexts,
  batchCharacters = 200_000,
  limit,
  dimensions,
  signal,
  call,
}: BatchOptions): Promise<Float32Array[]> {
  signal?.throwIfAborted();
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const batches = toBatches(texts, batchTexts, batchCharacters);
  try {
    const vectors = await Promise.all(
      batches.map((batch) =>
        limit(async () => {
          stop.throwIfAborted();
          return toVectors(await call(batch, stop), batch.length, dimensions);
        }),
      ),
    );
    return vectors.flat();
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

function toBatches(texts: readonly string[], batchTexts: number, batchCharacters: number): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const batch = batches.at(-1);
    if (batch && batch.length < batchTexts && text.length <= room) {
      batch.push(text);
      room -= text.length;
    } else {
      batches.push([text]);
      room = batchCharacters - text.length;
    }
  }
  return batches;
}

function toVectors(
  raw: readonly (readonly number[])[],
  expected: number,
  dimensions: number,
): Float32Array[] {
  if (raw.length !== expected) {
    throw unavailable(`gave ${raw.length} vectors for ${expected} texts`);
  }
  return raw.map((values) => toUnit(values, dimensions));
}

/** Of unit length, whether or not the model's are. */
function toUnit(values: readonly number[], dimensions: number): Float32Array {
  if (values.length !== dimensions) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `The embedding model gives ${values.length} dimensions, EMBEDDING_DIMENSIONS says ${dimensions}.`,
    });
  }
  const length = Math.hypot(...values);
  if (!Number.isFinite(length)) throw unavailable('gave a vector that is not of numbers');
  // A vector has to have a direction, even that of a text without any meaning.
  if (length === 0) return Float32Array.from(values, (_, i) => (i === 0 ? 1 : 0));
  return Float32Array.from(values, (value) => value / length);
}

function unavailable(what: string): FreshetError {
  return new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail: `The embedding model ${what}.` });
}

/** Stands for a text that models refuse because it says nothing. */
const NOTHING = '.';

/** A text that every model takes: not blank, no NUL, well-formed, and no longer than `maxCharacters`. */
export function acceptable(text: string, maxCharacters: number): string {
  const cut = text.slice(0, maxCharacters).replaceAll('\0', ' ').toWellFormed();
  return cut.trim() === '' ? NOTHING : cut;
}
