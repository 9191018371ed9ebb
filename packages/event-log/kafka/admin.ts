import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { PartitionLag, TopicOptions } from '../index.ts';
import type { CreateClient } from './client.ts';
import { withDeadline } from './deadline.ts';
import { isPassing, toError, topicUnknown, unavailable } from './failure.ts';
import { toOffset } from './records.ts';

/** Room for the largest document that the gateway takes, escaped as JSON, several times over. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A group that is away for longer may miss deletions; a year is as good as always. */
const DELETION_MARKER_MS = 365 * 24 * 3600 * 1000;
/** Brokers learn of a new topic or coordinator one after the other; how long they may differ. */
const SETTLE_MS = 15_000;

export interface AdminOptions {
  createClient: CreateClient;
  brokers: readonly string[];
  prefix: string;
  /** Copies of each new topic; -1 leaves it to the brokers. */
  replication: number;
}

export interface LogAdmin {
  /** Whether the topic was made now. */
  ensureTopic(topic: string, options: TopicOptions): Promise<boolean>;
  /** Rejects with FRESHET_TOPIC_UNKNOWN where the topic is missing; remembers that it is not. */
  demandTopic(topic: string): Promise<void>;
  lag(topic: string, group: string): Promise<PartitionLag[]>;
  /** Asks a broker, at most `timeoutMs`; rejects with the reason when it fails or one of the topics is missing. */
  probe(topics: readonly string[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export function createAdmin({ createClient, brokers, prefix, replication }: AdminOptions): LogAdmin {
  const patient = createClient({ retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 }).admin();
  // Readiness wants the reason now; it asks again by itself.
  const impatient = createClient({ retries: 0 }).admin();
  const known = new Set<string>();

  async function call<T>(admin: Admin, topic: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      await admin.connect();
      return await work();
    } catch (error) {
      throw toError(error, { brokers, topic });
    }
  }

  /** Repeats what fails while brokers do not agree yet; KafkaJS does so for some calls only. */
  async function settled<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error) || performance.now() > deadline) throw error;
        await delay(100);
      }
    }
  }

  async function topicNames(admin: Admin): Promise<Set<string>> {
    // KafkaJS answers with nothing, and trips over it, when a broker went away while it was asked.
    const names = await admin.listTopics().catch((error) => {
      throw error instanceof TypeError ? unavailable('Kafka went away while it was asked.', error) : error;
    });
    return new Set(names);
  }

  async function demandTopic(topic: string): Promise<void> {
    if (known.has(topic)) return;
    const names = await call(patient, topic, () => topicNames(patient));
    if (!names.has(prefix + topic)) throw topicUnknown(prefix + topic);
    known.add(topic);
  }

  return {
    async ensureTopic(topic, options) {
      const isNew = await call(patient, prefix + topic, async () => {
        // Asked first: who may not create topics may still find them made.
        if ((await topicNames(patient)).has(prefix + topic)) return false;
        const isMade = await patient.createTopics({
          // KafkaJS's own wait gives up at a broker that has not heard of the topic.
          waitForLeaders: false,
          topics: [
            {
              topic: prefix + topic,
              numPartitions: options.partitions,
              replicationFactor: replication,
              configEntries: settingsOf(options),
            },
          ],
        });
        await settled(() => patient.fetchTopicOffsets(prefix + topic));
        return isMade;
      });
      known.add(topic);
      return isNew;
    },

    demandTopic,

    async lag(topic, group) {
      await demandTopic(topic);
      return call(patient, prefix + topic, async () => {
        const [ends, groups] = await Promise.all([
          settled(() => patient.fetchTopicOffsets(prefix + topic)),
          settled(() => patient.fetchOffsets({ groupId: prefix + group, topics: [prefix + topic] })),
        ]);
        const committed = new Map(
          groups.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, offset])),
        );
        return ends
          .map(({ partition, low, high }) => {
            const offset = toOffset(committed.get(partition) ?? '-1');
            // -1: the group is new there, and will read from the oldest record.
            return { partition, committed: Math.max(offset, toOffset(low)), end: toOffset(high) };
          })
          .sort((a, b) => a.partition - b.partition);
      });
    },

    async probe(topics, timeoutMs) {
      const probing = call(impatient, undefined, () => topicNames(impatient));
      const names = await withDeadline(probing, timeoutMs, () =>
        unavailable(`Kafka at ${brokers.join(',')} did not answer within ${timeoutMs} ms.`),
      );
      const missing = topics.find((topic) => !names.has(prefix + topic));
      if (missing === undefined) return;
      known.delete(missing);
      throw topicUnknown(prefix + missing);
    },

    async close() {
      await Promise.allSettled([patient.disconnect(), impatient.disconnect()]);
    },
  };
}

function settingsOf({ cleanup, retentionMs }: TopicOptions): { name: string; value: string }[] {
  const settings: Record<string, string | number> = {
    'cleanup.policy': cleanup === 'compact' ? 'compact' : 'delete',
    'max.message.bytes': MAX_MESSAGE_BYTES,
    // Whatever a producer compresses with, we can read it.
    'compression.type': 'gzip',
    ...(cleanup === 'compact'
      ? { 'delete.retention.ms': DELETION_MARKER_MS }
      : { 'retention.ms': retentionMs ?? -1 }),
  };
  return Object.entries(settings).map(([name, value]) => ({ name, value: String(value) }));
}
