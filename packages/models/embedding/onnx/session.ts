import { InferenceSession, Tensor } from 'onnxruntime-node';
import { model } from './model.ts';
import { readVocabulary } from './vocabulary.ts';
import { createWordPiece } from './wordpiece.ts';

export interface SessionOptions {
  /** Path of the .onnx file. */
  model: string;
  /** Path of its tokenizer.json. */
  tokenizer: string;
}

export interface Session {
  /** The text as a vector of unit length, which owns its buffer. */
  embed(text: string): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Loads model and tokenizer into this thread. Throws what ONNX Runtime says when the model cannot be read. */
export async function openSession({ model: path, tokenizer }: SessionOptions): Promise<Session> {
  const { cls, sep, encode } = createWordPiece(await readVocabulary(tokenizer));
  const session = await InferenceSession.create(path, {
    // One thread a session and no spinning: on shared cores, threads that spin are slower than none.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Measured with two threads on texts of 3 to 512 tokens: 365 MiB resident with the arena and no patterns,
    // 400 with both, 480 with neither (and a fifth slower: every run goes to malloc). Patterns are kept for
    // each length of text that was ever seen.
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });

  return {
    async embed(text) {
      const ids = [cls, ...encode(text, model.maxTokens - 2), sep];
      const shape = [1, ids.length];
      // One text a run: int8 activations are quantised over the whole run, so neighbours would change the vector.
      const output = await session.run({
        input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
        token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
      });
      const hidden = output['last_hidden_state']!;
      // CLS pooling: the first row. Copied, so that the vector owns its buffer and can be transferred.
      const vector = Float32Array.from((hidden.data as Float32Array).subarray(0, model.dimensions));
      hidden.dispose();
      return normalise(vector);
    },
    close: () => session.release(),
  };
}

function normalise(vector: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return vector;
}
