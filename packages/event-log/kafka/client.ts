import type { ConnectionOptions } from 'node:tls';
import type { Logger } from '@freshet/shared/log';
import kafkajs, {
  type Kafka,
  type KafkaConfig,
  type LogEntry,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { registerZstd } from './compression.ts';
import { mendRequestQueue } from './request-queue.ts';

export interface KafkaConnection {
  /** Bootstrap addresses, host:port. */
  brokers: string[];
  /** How this process names itself to the brokers. */
  clientId: string;
  tls?: ConnectionOptions | undefined;
  sasl?: SASLOptions | undefined;
}

/**
 * A client of KafkaJS with its own patience; it connects nothing yet. Each part of the adapter has one, because what
 * a producer, consumer or admin is told about repeating does not reach the connections below it.
 */
export type CreateClient = (retry: RetryOptions) => Kafka;

export function clientFactory(
  { brokers, clientId, tls, sasl }: KafkaConnection,
  logger: Logger | undefined,
): CreateClient {
  registerZstd();
  mendRequestQueue();
  const options: KafkaConfig = {
    brokers,
    clientId,
    ...(tls && { ssl: tls }),
    ...(sasl && { sasl }),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    logLevel: logger?.isLevelEnabled('debug') ? kafkajs.logLevel.INFO : kafkajs.logLevel.NOTHING,
    // KafkaJS reports each attempt as an error. What operators need is said once a change, by health.ts.
    logCreator: () => (entry) => logger?.debug(fieldsOf(entry), entry.log.message),
  };
  return (retry) => new kafkajs.Kafka({ ...options, retry });
}

function fieldsOf({ namespace, log: { message: _message, timestamp: _timestamp, ...fields } }: LogEntry) {
  return { kafka: namespace, ...fields };
}
