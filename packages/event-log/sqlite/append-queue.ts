import type { LogRecord, Position } from '../index.ts';
import type { AppendEntry } from './append.ts';
import { toError } from './failure.ts';
import type { Thread } from './thread.ts';

const MAX_GROUP_BYTES = 8 * 1024 * 1024;

interface Waiting {
  entry: AppendEntry;
  bytes: number;
  settle: PromiseWithResolvers<Position[]>;
}

export interface AppendQueue {
  add(topic: string, records: readonly LogRecord[]): Promise<Position[]>;
  /** Resolves once nothing waits. */
  drain(): Promise<void>;
}

/**
 * Appends that arrive while another one is on its way to the disk share the next transaction: a sync costs
 * milliseconds, however much it writes.
 */
export function createAppendQueue(thread: Thread, now: () => number): AppendQueue {
  const waiting: Waiting[] = [];
  let draining: Promise<void> | undefined;

  async function work(): Promise<void> {
    // Lets all callers of this turn of the event loop into the first group.
    await Promise.resolve();
    while (waiting.length > 0) await appendGroup(takeGroup(waiting));
    draining = undefined;
  }

  async function appendGroup(group: Waiting[]): Promise<void> {
    const entries = group.map(({ entry }) => entry);
    const transfer = entries.flatMap(({ records }) => records.flatMap(({ value }) => value?.buffer ?? []));
    try {
      const answers = await thread.run(
        'append',
        { entries, now: now() },
        { transfer: transfer as ArrayBuffer[] },
      );
      for (const [index, answer] of answers.entries()) {
        const { settle } = group[index]!;
        if ('failure' in answer) settle.reject(toError(answer.failure));
        else settle.resolve(answer.value);
      }
    } catch (error) {
      for (const { settle } of group) settle.reject(error);
    }
  }

  return {
    add(topic, records) {
      const settle = Promise.withResolvers<Position[]>();
      waiting.push({ ...pack(topic, records), settle });
      draining ??= work();
      return settle.promise;
    },
    async drain() {
      await draining;
    },
  };
}

function takeGroup(waiting: Waiting[]): Waiting[] {
  let bytes = waiting[0]!.bytes;
  let count = 1;
  while (count < waiting.length && bytes + waiting[count]!.bytes <= MAX_GROUP_BYTES)
    bytes += waiting[count++]!.bytes;
  return waiting.splice(0, count);
}

/** Copies the values: a Buffer is often a slice of a shared pool, which can neither be moved nor cloned cheaply. */
function pack(topic: string, records: readonly LogRecord[]): Omit<Waiting, 'settle'> {
  let bytes = 0;
  const packed = records.map(({ key, value, headers }) => {
    bytes += value?.byteLength ?? 0;
    return { key, value: value && new Uint8Array(value), headers: JSON.stringify(headers) };
  });
  return { entry: { topic, records: packed }, bytes };
}
