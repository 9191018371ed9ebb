import { workerData } from 'node:worker_threads';
import { env } from 'onnxruntime-node';
import { move } from 'piscina';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** What the pool runs in its threads; each export is a task. */

let session: Promise<Session> | undefined;

/**
 * Loads the model, so that a broken one is found at open rather than by the first text. Gives the version of
 * ONNX Runtime.
 */
export async function open(): Promise<string> {
  // Not at import: a module that throws kills its thread, and the reason with it.
  session ??= openSession(workerData as SessionOptions);
  await session;
  return env.versions.node ?? 'unknown';
}

/** The text as a vector; a thread that replaced a crashed one loads the model first. */
export async function embed({ text }: { text: string }): Promise<Float32Array> {
  await open();
  return move(await (await session!).embed(text)) as Float32Array;
}

export async function close(): Promise<void> {
  await (await session)?.close();
}
