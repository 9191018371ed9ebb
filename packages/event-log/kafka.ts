import { createBackoff } from '@freshet/shared/backoff';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { checkRecords } from './check-records.ts';
import type { Consumer, EventLog } from './index.ts';
import { createAdmin } from './kafka/admin.ts';
import { createAppendQueue } from './kafka/append-queue.ts';
import { clientFactory, type KafkaConnection } from './kafka/client.ts';
import { type MembershipOptions, startConsumer } from './kafka/consumer.ts';
import { withDeadline } from './kafka/deadline.ts';
import { toError } from './kafka/failure.ts';
import { createHealth } from './kafka/health.ts';
import { createProducer } from './kafka/producer.ts';
import { readTopic } from './kafka/read-topic.ts';

/** An answer of `ping` counts for so long, in milliseconds. */
const PING_CACHE_MS = 1_000;

export interface KafkaEventLogOptions extends KafkaConnection, Partial<MembershipOptions> {
  /** Stands before the names of all topics and groups. */
  topicPrefix?: string;
  /** Copies of each topic that is made; -1, the default, is the brokers' own. */
  replication?: number;
  /** Topics that `ping` demands. */
  topics?: readonly string[];
  logger?: Logger;
  /** How long an append may take, in milliseconds. */
  appendTimeoutMs?: number;
  /** How long `ping` waits for an answer, in milliseconds. */
  pingTimeoutMs?: number;
  /** How long leaving a group, and closing, may take beyond the running batch, in milliseconds. */
  closeTimeoutMs?: number;
  /** The pause after a failure, of a batch or of the connection: at first, and at most, in milliseconds. */
  retryBaseMs?: number;
  retryMaxMs?: number;
  random?: () => number;
}

/**
 * The event log in Kafka. Resolves at once: it connects when it is used, and consumers connect, and join again after
 * every failure, in the background; `ping` says what is wrong meanwhile. `consume` waits for a topic that is missing.
 *
 * The records of an append are atomic as far as one partition and one send of some 900 KiB go: when it rejects, some
 * may have been stored. Whoever appends again therefore writes records that may come twice, such as versioned ones.
 *
 * @example
 * const log = await openKafkaEventLog({ brokers: ['localhost:9092'], clientId: 'ingestor', topics: ['documents'] });
 */
export async function openKafkaEventLog({
  topicPrefix: prefix = '',
  replication = -1,
  topics = [],
  logger,
  appendTimeoutMs = 15_000,
  pingTimeoutMs = 3_000,
  closeTimeoutMs = 5_000,
  sessionTimeoutMs = 15_000,
  rebalanceTimeoutMs = 300_000,
  heartbeatMs = 3_000,
  retryBaseMs,
  retryMaxMs = 15_000,
  random,
  ...connection
}: KafkaEventLogOptions): Promise<EventLog> {
  const { brokers } = connection;
  const createClient = clientFactory(connection, logger);
  const health = createHealth(logger);
  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs, random });
  const admin = createAdmin({ createClient, brokers, prefix, replication });
  const producer = createProducer({ createClient, brokers, timeoutMs: appendTimeoutMs });
  const appends = createAppendQueue(async (topic, records) => {
    await admin.demandTopic(topic);
    return producer.send(prefix + topic, records);
  });
  const consumers = new Set<Consumer>();
  let pinging: { since: number; outcome: Promise<void> } | undefined;
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing) throw new FreshetError('FRESHET_SHUTTING_DOWN', { detail: 'The event log is closed.' });
  }

  async function probe(): Promise<void> {
    try {
      await admin.probe(topics, pingTimeoutMs);
      health.report('connection', undefined);
    } catch (error) {
      health.report('connection', toError(error, { brokers }));
    }
    if (health.failure) throw health.failure;
  }

  async function close(): Promise<void> {
    await Promise.all([...consumers].map((consumer) => consumer.stop()));
    const released = appends.drain().then(() => Promise.all([producer.close(), admin.close()]));
    await withDeadline(released, closeTimeoutMs, () => new Error('late')).catch(() => {});
  }

  return {
    async ensureTopic(topic, options) {
      assertOpen();
      if (!Number.isInteger(options.partitions) || options.partitions < 1) {
        throw new FreshetError('FRESHET_CONFIG_INVALID', {
          detail: `Topic ${JSON.stringify(topic)} needs a whole number of partitions, at least 1.`,
        });
      }
      return admin.ensureTopic(topic, options);
    },

    async append(topic, records) {
      assertOpen();
      checkRecords(records);
      return appends.add(topic, records);
    },

    async consume(options) {
      assertOpen();
      const { maxRecords = 1, maxBytes = 1 } = options;
      if (!(maxRecords >= 1 && maxBytes >= 1)) {
        throw new FreshetError('FRESHET_CONFIG_INVALID', {
          detail: 'A batch needs room for one record at least.',
        });
      }
      const consumer = startConsumer(options, {
        createClient,
        brokers,
        prefix,
        backoff,
        health,
        closeTimeoutMs,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        heartbeatMs,
        reach: (topic) => admin.probe([topic], pingTimeoutMs),
        onStop: () => consumers.delete(consumer),
      });
      consumers.add(consumer);
      return consumer;
    },

    async *read(topic) {
      assertOpen();
      yield* readTopic({ topic, prefix, createClient, admin, brokers });
    },

    async lag(topic, group) {
      assertOpen();
      return admin.lag(topic, group);
    },

    async ping() {
      assertOpen();
      if (!pinging || performance.now() - pinging.since > PING_CACHE_MS) {
        pinging = { since: performance.now(), outcome: probe() };
      }
      await pinging.outcome;
    },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
