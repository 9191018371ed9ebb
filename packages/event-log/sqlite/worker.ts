/** Runs in the one thread that owns the database; each export is a call that thread.ts makes. */
import { workerData } from 'node:worker_threads';
import { FreshetError } from '@freshet/shared/errors';
import { type AppendTask, appendEntries } from './append.ts';
import { compactStep } from './compact.ts';
import { type Answer, toFailure } from './failure.ts';
import { joinGroup, leaveGroup, renewLease } from './members.ts';
import { commitOffset, fetchBatch, readPage } from './read.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { createTopic, lagOf, topicOf } from './topics.ts';

const options = workerData as StoreOptions;
let current: Store | undefined;
let isClosed = false;

function toAnswer<T>(work: () => T): Answer<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { failure: toFailure(error, options.path) };
  }
}

/** Opens the database on the first call, and again in the thread that replaces one that died. */
function call<Task, Result>(work: (store: Store, task: Task) => Result): (task: Task) => Answer<Result> {
  return (task) =>
    toAnswer(() => {
      if (isClosed) throw new FreshetError('FRESHET_SHUTTING_DOWN');
      current ??= openStore(options);
      return work(current, task);
    });
}

export const open = call((_store, _task: undefined) => undefined);
export const ensureTopic = call(createTopic);
export const append = call((store, task: AppendTask) => appendEntries(store, task, toAnswer));
export const lag = call(lagOf);
export const partitions = call((store, topic: string) => topicOf(store, topic).partitions);
export const join = call(joinGroup);
export const renew = call(renewLease);
export const leave = call(leaveGroup);
export const fetch = call(fetchBatch);
export const page = call(readPage);
export const commit = call(commitOffset);
export const compact = call(compactStep);
export const check = call((store, _task: undefined) => store.check());

export interface PollTask {
  groups: number[];
}

/** Whether other connections wrote (https://www.sqlite.org/pragma.html#pragma_data_version), and each group's epoch. */
export const poll = call((store, { groups }: PollTask) => ({
  dataVersion: store.get<{ data_version: number }>('pragma data_version')!.data_version,
  epochs: groups.map(
    (group) => store.get<{ epoch: number }>('select epoch from consumer_group where id = ?', group)!.epoch,
  ),
}));

export const close = (_task: undefined): Answer<undefined> =>
  toAnswer(() => {
    isClosed = true;
    current?.close();
    current = undefined;
    return undefined;
  });
