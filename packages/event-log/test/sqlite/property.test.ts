import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Consumer, EventLog } from '../../index.ts';
import { record } from '../contract.ts';
import { openFor, steeredClock, tempFolder } from './temp-log.ts';

const LEASE_MS = 10_000;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      by: fc.nat(1),
      keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('join' as const), by: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), by: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('fail' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(LEASE_MS + 1) }) },
);

test('whatever appends, joins, leaves and failures interleave, keys keep their order and nothing is lost', async (t) => {
  const path = join(tempFolder(t), 'events.db');
  const clock = steeredClock();
  const options = { path, leaseMs: LEASE_MS, now: clock.now, pollMs: 1, retryBaseMs: 100 };
  const logs = [await openFor(t, options), await openFor(t, options)];
  let runs = 0;

  const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const topic = `t${runs++}`;
    await logs[0]!.ensureTopic(topic, { partitions: 3, cleanup: 'keep' });
    const model = createModel();
    const members: Consumer[][] = [[], []];
    const join = async (log: EventLog, by: number) => {
      members[by]!.push(await log.consume({ topic, group: 'g', maxRecords: 3, onBatch: model.onBatch }));
    };
    const pending: Promise<unknown>[] = [];
    for (const step of steps) {
      if (step.type === 'append') pending.push(model.append(logs[step.by]!, topic, step.keys));
      if (step.type === 'join') pending.push(join(logs[step.by]!, step.by));
      if (step.type === 'leave') pending.push(Promise.resolve(members[step.by]!.pop()?.stop()));
      if (step.type === 'fail') model.failNext();
      if (step.type === 'wait') clock.advance(step.ms);
    }
    await Promise.all(pending);
    await join(logs[0]!, 0);
    while (!model.isComplete()) {
      // Failed batches come again after their pause, partitions of the gone after their lease.
      clock.advance(50);
      await new Promise(setImmediate);
    }
    await Promise.all(members.flat().map((member) => member.stop()));
    model.check();
  });
  await fc.assert(property, { numRuns: 30 });
});

/** What was acknowledged, and in which order each key's values were handled for the first time. */
function createModel() {
  const appended = new Map<string, Map<number, string>>();
  const handled = new Map<string, string[]>();
  let failures = 0;
  let count = 0;

  return {
    failNext: () => failures++,
    async append(log: EventLog, topic: string, keys: number[]) {
      const records = keys.map((key) => record(`key-${key}`, `${count++}`));
      const positions = await log.append(topic, records);
      for (const [index, { key, value }] of records.entries()) {
        const values = appended.get(key) ?? new Map();
        appended.set(key, values.set(positions[index]!.offset, String(value)));
      }
    },
    async onBatch({ records }: { records: { key: string; value: Buffer | null }[] }) {
      if (failures > 0) {
        failures--;
        throw new Error('as asked');
      }
      await new Promise(setImmediate);
      for (const { key, value } of records) {
        const values = handled.get(key) ?? [];
        if (!values.includes(String(value))) handled.set(key, [...values, String(value)]);
      }
    },
    isComplete: () => [...appended].every(([key, values]) => handled.get(key)?.length === values.size),
    check() {
      for (const [key, values] of appended) {
        const inOrder = [...values].sort(([one], [other]) => one - other).map(([, value]) => value);
        assert.deepEqual(handled.get(key), inOrder, key);
      }
    },
  };
}
