import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { joinGroup, renewLease } from '../../sqlite/members.ts';
import { commitOffset } from '../../sqlite/read.ts';
import { openStore } from '../../sqlite/store.ts';
import { createTopic, lagOf } from '../../sqlite/topics.ts';
import { tempFolder } from './temp-log.ts';

/** The calls of the worker thread, without the checks that a consumer makes before it commits. */
function openGroup(t: TestContext) {
  const path = join(tempFolder(t), 'events.db');
  const store = openStore({ path, busyTimeoutMs: 1000, maxFileBytes: undefined });
  t.after(() => store.close());
  createTopic(store, { topic: 't', partitions: 1, cleanup: 'keep' });
  const { id: group } = joinGroup(store, { topic: 't', group: 'g' });
  const renew = (member: number | undefined, now: number) =>
    renewLease(store, { group, member, busy: [], now, leaseMs: 100 });
  return { store, group, renew, committed: () => lagOf(store, { topic: 't', group: 'g' })[0]!.committed };
}

test('only the holder of the present generation can commit', (t) => {
  const { store, group, renew, committed } = openGroup(t);
  const { member, claims } = renew(undefined, 0);
  const { member: idle } = renew(undefined, 0);
  const claim = claims[0]!;
  const commit = { group, member, now: 0, claim, next: 7 };
  assert.equal(commitOffset(store, { ...commit, member: idle }), false);
  const older = { ...claim, generation: claim.generation - 1 };
  assert.equal(commitOffset(store, { ...commit, claim: older }), false);
  assert.equal(committed(), 0);
  assert.equal(commitOffset(store, commit), true);
  assert.equal(committed(), 7);
});

test('a lease that has run out cannot commit, even before anyone takes the partition', (t) => {
  const { store, group, renew, committed } = openGroup(t);
  const { member, claims } = renew(undefined, 0);
  assert.equal(commitOffset(store, { group, member, now: 100, claim: claims[0]!, next: 7 }), false);
  assert.equal(committed(), 0);
});

test('a member that comes back after its lease is another one, with a higher generation', (t) => {
  const { renew } = openGroup(t);
  const before = renew(undefined, 0);
  const after = renew(before.member, 100);
  assert.notEqual(after.member, before.member);
  assert.equal(after.claims[0]!.generation, before.claims[0]!.generation + 1);
});
