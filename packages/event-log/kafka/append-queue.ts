import type { LogRecord, Position } from '../index.ts';
import { sizeOf } from './records.ts';

/**
 * Bytes of one send at most; a larger record goes alone. Brokers take 1 MiB by default, and a topic that somebody
 * else made may have kept that.
 */
const MAX_SEND_BYTES = 900 * 1024;

export type Send = (topic: string, records: readonly LogRecord[]) => Promise<Position[]>;

export interface AppendQueue {
  add(topic: string, records: readonly LogRecord[]): Promise<Position[]>;
  /** Resolves once nothing waits. */
  drain(): Promise<void>;
}

interface Append {
  records: readonly LogRecord[];
  positions: Position[];
  settle: PromiseWithResolvers<Position[]>;
}

/**
 * One send at a time a topic: appends that arrive meanwhile share the next. An idempotent producer sends one after
 * the other anyway, so that sharing is what makes many small appends quick.
 */
export function createAppendQueue(send: Send): AppendQueue {
  const queues = new Map<string, { waiting: Append[]; working: Promise<void> }>();

  async function work(topic: string, waiting: Append[]): Promise<void> {
    // Lets all callers of this turn of the event loop into the first send.
    await Promise.resolve();
    while (waiting.length > 0) await sendNext(topic, waiting);
    queues.delete(topic);
  }

  async function sendNext(topic: string, waiting: Append[]): Promise<void> {
    const group = take(waiting);
    try {
      const positions = await send(
        topic,
        group.flatMap(({ records }) => records),
      );
      let at = 0;
      for (const { append, records } of group) {
        append.positions.push(...positions.slice(at, at + records.length));
        at += records.length;
        if (append.positions.length === append.records.length) finish(append);
      }
    } catch (error) {
      for (const { append } of group) {
        append.settle.reject(error);
        remove(append);
      }
    }

    function finish(append: Append): void {
      append.settle.resolve(append.positions);
      remove(append);
    }

    function remove(append: Append): void {
      const index = waiting.indexOf(append);
      if (index >= 0) waiting.splice(index, 1);
    }
  }

  return {
    add(topic, records) {
      if (records.length === 0) return Promise.resolve([]);
      const append: Append = { records, positions: [], settle: Promise.withResolvers() };
      const queue = queues.get(topic);
      if (queue) queue.waiting.push(append);
      else {
        const waiting = [append];
        queues.set(topic, { waiting, working: work(topic, waiting) });
      }
      return append.settle.promise;
    },
    async drain() {
      await Promise.all([...queues.values()].map(({ working }) => working));
    },
  };
}

/** The records of the next send, and whose they are. An append that does not fit is sent in several parts. */
function take(waiting: readonly Append[]): { append: Append; records: LogRecord[] }[] {
  const group: { append: Append; records: LogRecord[] }[] = [];
  let bytes = 0;
  for (const append of waiting) {
    const records: LogRecord[] = [];
    for (const record of append.records.slice(append.positions.length)) {
      const size = sizeOf(record);
      const isFirst = group.length === 0 && records.length === 0;
      if (!isFirst && bytes + size > MAX_SEND_BYTES) {
        if (records.length > 0) group.push({ append, records });
        return group;
      }
      bytes += size;
      records.push(record);
    }
    group.push({ append, records });
  }
  return group;
}
