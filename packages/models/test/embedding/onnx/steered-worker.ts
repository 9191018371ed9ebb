import { workerData } from 'node:worker_threads';

/** Stands in for worker.ts: a run lasts until the test permits its end, and gives its place in the order. */

const { steering } = workerData as { steering: Int32Array };

export async function open(): Promise<string> {
  return 'steered';
}

export async function embed({ text }: { text: string }): Promise<Float32Array> {
  if (text === 'exit') process.exit(1);
  if (text === 'throw') throw new Error('no memory left for this text');
  const place = Atomics.add(steering, 0, 1);
  Atomics.notify(steering, 0);
  for (let permitted = 0; permitted <= place; permitted = Atomics.load(steering, 1)) {
    Atomics.wait(steering, 1, permitted);
  }
  return Float32Array.of(place);
}

export async function close(): Promise<void> {
  Atomics.store(steering, 2, 1);
}
