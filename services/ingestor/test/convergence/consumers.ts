import type { ChunkIndex } from '@freshet/chunk-index';
import type { ConsumedRecord } from '@freshet/event-log';
import fc from 'fast-check';
import type { createBatchHandler } from '../../ingest-batch.ts';
import { type Crash, createGate, createProcessGate, type ProcessGate } from './gate.ts';

/** One process that takes the partition over: what it reads again, and where it dies. The last one never does. */
export interface Member {
  /** So many commits of those before it were lost. */
  lostCommits: number;
  batchRecords: number;
  crash: Crash | undefined;
}

export interface Delivery {
  members: Member[];
  /** The order of all calls to the index. */
  picks: number[];
}

export const delivery: fc.Arbitrary<Delivery> = fc.record({
  members: fc.array(
    fc.record({
      lostCommits: fc.nat(8),
      batchRecords: fc.integer({ min: 1, max: 5 }),
      crash: fc.option(fc.record({ call: fc.nat(14), isMadeLate: fc.boolean() }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  picks: fc.array(fc.nat(7), { maxLength: 80 }),
});

export interface ConsumeOptions {
  records: readonly ConsumedRecord[];
  delivery: Delivery;
  /** The index as this process sees it, every call of which goes through the gate. */
  openIndex: (gate: ProcessGate) => ChunkIndex;
  createHandler: (index: ChunkIndex) => ReturnType<typeof createBatchHandler>;
}

/**
 * What Kafka can do to a partition: each member takes it over from the one before it, which is not told, goes on with
 * its batch as a zombie, and learns when it commits; commits are lost; processes die within any call to the index.
 */
export async function consume({
  records,
  delivery,
  openIndex,
  createHandler,
}: ConsumeOptions): Promise<void> {
  const { members, picks } = delivery;
  const gate = createGate(picks);
  const group = { owner: -1, committed: 0 };
  const endings: { isOver: boolean; failure?: unknown }[] = [];

  async function live(number: number, { lostCommits, batchRecords }: Member, crash: Crash | undefined) {
    const process = createProcessGate(gate, crash);
    const ending = { isOver: false, failure: undefined as unknown };
    endings.push({
      get isOver() {
        return ending.isOver || process.isDead;
      },
      get failure() {
        return ending.failure;
      },
    });
    try {
      const handle = createHandler(openIndex(process));
      let position = Math.max(0, group.committed - lostCommits);
      while (position < records.length && group.owner === number) {
        const batch = records.slice(position, position + batchRecords);
        await handle({ partition: 0, records: batch }, new AbortController().signal);
        await gate.enter(async () => {});
        if (group.owner !== number) break;
        position += batch.length;
        group.committed = position;
      }
    } catch (error) {
      ending.failure = error;
    }
    ending.isOver = true;
  }

  async function takeOver(number: number): Promise<void> {
    const member = members[number];
    if (!member) return;
    await gate.enter(async () => {
      group.owner = number;
    });
    void live(number, member, number === members.length - 1 ? undefined : member.crash);
    void takeOver(number + 1);
  }

  void takeOver(0);
  await gate.drain();
  const failed = endings.find(({ failure }) => failure !== undefined);
  if (failed) throw failed.failure;
  if (endings.length < members.length || endings.some(({ isOver }) => !isOver)) {
    throw new Error('a member still waits, for something that is no call to the index');
  }
  if (group.committed !== records.length) throw new Error('the last member did not reach the end');
}
