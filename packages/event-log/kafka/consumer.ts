import type { Backoff } from '@freshet/shared/backoff';
import type { FreshetError } from '@freshet/shared/errors';
import type { Consumer as Member } from 'kafkajs';
import type { ConsumeOptions, Consumer } from '../index.ts';
import { createBatchHandler, MAX_BATCH_BYTES } from './batches.ts';
import type { CreateClient } from './client.ts';
import { isPassing, toError } from './failure.ts';
import type { Health } from './health.ts';

/**
 * What is fetched is held in memory until all of it is worked off, and nothing newer is looked at before: little of
 * each partition is better for both. Counted as the brokers keep it, compressed; the first record of a fetch comes
 * whatever its size, and KafkaJS lets the partitions take turns at being first.
 */
const MAX_PARTITION_FETCH_BYTES = 256 * 1024;
const MAX_FETCH_BYTES = 2 * 1024 * 1024;

export interface MembershipOptions {
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  heartbeatMs: number;
}

export interface ConsumerContext extends MembershipOptions {
  createClient: CreateClient;
  brokers: readonly string[];
  prefix: string;
  backoff: Backoff;
  health: Health;
  /** How long leaving the group may take, once no batch runs, in milliseconds. */
  closeTimeoutMs: number;
  /** Rejects with the reason, at once, where the brokers or the topic are out of reach. */
  reach: (topic: string) => Promise<void>;
  onStop: () => void;
}

/** Consumes in the background from now on: connects, and joins again after every failure, until it is stopped. */
export function startConsumer(options: ConsumeOptions, context: ConsumerContext): Consumer {
  const { topic, group, maxBytes = MAX_BATCH_BYTES, concurrency = 1, onError } = options;
  const { createClient, brokers, prefix, backoff, health, closeTimeoutMs, reach, onStop } = context;
  const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatMs } = context;
  const part = `consumer ${prefix}${group} of ${prefix}${topic}`;
  const handler = createBatchHandler({ ...options, backoff, heartbeatMs, sessionTimeoutMs, describe });
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  let failures = 0;
  /** The failure that onError was told of last. */
  let told: string | undefined;

  // Patient enough for a broker that restarts: a member that is replaced stands in the way of its successor until its
  // session ends.
  const retry = { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 };
  const client = createClient(retry);

  function describe(error: unknown): FreshetError {
    return toError(error, { brokers, topic: prefix + topic });
  }

  function createMember(): Member {
    return client.consumer({
      groupId: prefix + group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxBytesPerPartition: Math.min(maxBytes, MAX_PARTITION_FETCH_BYTES),
      maxBytes: MAX_FETCH_BYTES,
      // Stopping waits for the fetch that is under way.
      maxWaitTimeInMs: 300,
      allowAutoTopicCreation: false,
      // A member that gave up is replaced here, which also helps where KafkaJS would not start again.
      retry: { ...retry, restartOnFailure: async () => false },
    });
  }

  async function begin(member: Member): Promise<void> {
    await member.connect();
    await member.subscribe({ topics: [prefix + topic], fromBeginning: true });
    await member.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => handler.handle(payload),
    });
  }

  /** One membership, from joining to its end; rejects with the reason when it was not stopped. */
  async function live(): Promise<void> {
    // A member is patient; what keeps it from joining is to be known now.
    await reach(topic);
    if (stopping.signal.aborted) return;
    const member = createMember();
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {});
    member.on(member.events.CRASH, ({ payload }) => crashed.reject(payload.error));
    member.on(member.events.GROUP_JOIN, ({ payload }) => {
      failures = 0;
      told = undefined;
      handler.join(payload.memberAssignment[prefix + topic] ?? []);
      health.report(part, undefined);
    });
    const beginning = begin(member);
    beginning.catch(crashed.reject);
    try {
      await Promise.race([stopped, crashed.promise]);
    } finally {
      await leave(member, beginning);
    }
  }

  async function leave(member: Member, beginning: Promise<void>): Promise<void> {
    // A member that is still joining would join all the same after it was disconnected: it may join first.
    const left = Promise.allSettled([beginning]).then(() => member.disconnect());
    left.catch(() => {});
    await handler.idle();
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeTimeoutMs);
    await Promise.race([left.catch(() => {}), late.promise]);
    clearTimeout(timer);
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await live();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (failures > 0 || !isPassing(error)) fail(error);
        await health.settle(backoff(++failures), stopping.signal);
      }
    }
  }

  function fail(cause: unknown): void {
    const error = describe(cause);
    health.report(part, error);
    if (told === error.message) return;
    told = error.message;
    try {
      onError?.(error, undefined);
    } catch {
      // Whoever is told of failures must not be able to end the consumer.
    }
  }

  const working = work();
  let ended: Promise<void> | undefined;
  return {
    stop() {
      handler.stop();
      stopping.abort();
      ended ??= working.finally(() => {
        health.forget(part);
        onStop();
      });
      return ended;
    },
  };
}
