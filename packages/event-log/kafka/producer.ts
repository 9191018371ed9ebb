import kafkajs, { type Message, type Producer } from 'kafkajs';
import type { LogRecord, Position } from '../index.ts';
import { partitionOf } from '../murmur2.ts';
import type { CreateClient } from './client.ts';
import { withDeadline } from './deadline.ts';
import { toError, unavailable } from './failure.ts';
import { toMessage, toOffset } from './records.ts';

export interface ProducerOptions {
  createClient: CreateClient;
  brokers: readonly string[];
  /** How long one send may take, with all its repetitions, in milliseconds. */
  timeoutMs: number;
}

export interface LogProducer {
  /** Writes the records, in their order, and answers with the position of each. */
  send(topic: string, records: readonly LogRecord[]): Promise<Position[]>;
  close(): Promise<void>;
}

/** An idempotent producer: what KafkaJS repeats after a lost answer is stored once. */
export function createProducer({ createClient, brokers, timeoutMs }: ProducerOptions): LogProducer {
  const retry = { retries: 8, initialRetryTime: 100, maxRetryTime: 2_000 };
  const client = createClient(retry);
  let current: Promise<Producer> | undefined;
  const partitions = new WeakMap<Message, number>();

  async function open(): Promise<Producer> {
    const producer = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Named again: for an idempotent producer KafkaJS would otherwise repeat for ever.
      retry,
      // The same choice as KafkaJS's default, and remembered: only the partition's first offset is answered.
      createPartitioner:
        () =>
        ({ partitionMetadata, message }) => {
          const partition = partitionOf(String(message.key), partitionMetadata.length);
          partitions.set(message, partition);
          return partition;
        },
    });
    await producer.connect();
    return producer;
  }

  function discard(): void {
    const dropped = current;
    current = undefined;
    dropped?.then((producer) => producer.disconnect()).catch(() => {});
  }

  async function write(topic: string, messages: Message[]): Promise<Position[]> {
    current ??= open();
    const producer = await current;
    const answers = await producer.send({
      topic,
      messages,
      acks: -1,
      compression: kafkajs.CompressionTypes.GZIP,
    });
    const next = new Map(
      answers.map(({ partition, baseOffset }) => [partition, toOffset(baseOffset ?? '-1')]),
    );
    return messages.map((message) => {
      const partition = partitions.get(message)!;
      const offset = next.get(partition)!;
      next.set(partition, offset + 1);
      return { partition, offset };
    });
  }

  return {
    async send(topic, records) {
      try {
        return await withDeadline(write(topic, records.map(toMessage)), timeoutMs, () =>
          unavailable(`Kafka at ${brokers.join(',')} did not take the records within ${timeoutMs} ms.`),
        );
      } catch (error) {
        // KafkaJS would give the next records the sequence numbers of these, and a broker that has stored these
        // after all would take the next for repetitions, and drop them: a new producer has a new id.
        discard();
        throw toError(error, { brokers, topic });
      }
    },
    async close() {
      await (await current?.catch(() => undefined))?.disconnect();
    },
  };
}
