import { workerData } from 'node:worker_threads';
import { env } from 'onnxruntime-node';
import { move } from 'piscina';
import { openSession, type Session, type SessionOptions } from './session.ts';
import { lowerThreadPriority } from './thread-priority.ts';

/** What the pool runs in its threads; each export is a task. */

export interface EmbedWorkerData extends SessionOptions {
  /** See {@link lowerThreadPriority}; 0 keeps the priority. */
  niceness: number;
}

let session: Promise<Session> | undefined;

/**
 * Loads the model, so that a broken one is found at open rather than by the first text. Gives the version of
 * ONNX Runtime.
 */
export async function open(): Promise<string> {
  // Not at import: a module that throws kills its thread, and the reason with it.
  session ??= start(workerData as EmbedWorkerData);
  await session;
  return env.versions.node ?? 'unknown';
}

function start({ niceness, ...options }: EmbedWorkerData): Promise<Session> {
  if (niceness > 0) lowerThreadPriority(niceness);
  return openSession(options);
}

/** The text as a vector; a thread that replaced a crashed one loads the model first. */
export async function embed({ text }: { text: string }): Promise<Float32Array> {
  await open();
  return move(await (await session!).embed(text)) as Float32Array;
}

export async function close(): Promise<void> {
  await (await session)?.close();
}
