import type { ConsumedRecord, EventLog, RecordBatch } from '@freshet/event-log';
import { NOTICES_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import type { S3Settings } from '@freshet/sources/config';
import { type ConnectorNotice, encodeNotice } from '@freshet/sources/notices';
import { consumeQueue, type QueueMessage } from '@freshet/sources/s3/queue';
import { createEventRouter, type EventRouter } from '@freshet/sources/s3/router';
import type { ConnectorMetrics } from './connector-metrics.ts';
import type { DeadLetters } from './dead-letters.ts';
import { consumeForeignTopic } from './foreign-topic.ts';

export interface ObjectFeedsOptions {
  connectors: readonly S3Settings[];
  log: EventLog;
  deadLetters: DeadLetters;
  metrics: Pick<ConnectorMetrics, 'messages' | 'queueFailures'>;
  logger: Logger;
  /** Milliseconds that a topic which has to be made keeps its records. */
  retentionMs: number;
}

type FeedPorts = Omit<ObjectFeedsOptions, 'connectors' | 'retentionMs'> & { route: EventRouter };

/** Queues and topics that tell of objects, each with the connectors that it feeds. */
export function feedsOf(connectors: readonly S3Settings[]) {
  const group = (field: 'queueUrl' | 'topic') =>
    Map.groupBy(
      connectors.filter((connector) => connector[field] !== undefined),
      (connector) => connector[field] as string,
    );
  return { queues: group('queueUrl'), topics: group('topic') };
}

/** The consumer group of all ingestors of a fleet, for one topic with messages of S3. */
export function objectsGroup(topic: string): string {
  return `ingestor-s3.${topic}`;
}

/** Turns what S3 says in queues and topics into notices, which a reader works off. */
export async function openObjectFeeds({
  connectors,
  retentionMs,
  ...ports
}: ObjectFeedsOptions): Promise<{ close(): Promise<void> }> {
  const { log, metrics, logger } = ports;
  const feeds = feedsOf(connectors);
  const consumers = await Promise.all(
    [...feeds.topics].map(([topic, fed]) =>
      consumeForeignTopic({
        log,
        logger,
        retentionMs,
        topic,
        group: objectsGroup(topic),
        onBatch: createTopicHandler(topic, { ...ports, route: createEventRouter(fed) }),
        onError: (err, batch) => {
          metrics.queueFailures.inc({ origin: topic });
          logger.error({ err, topic, partition: batch?.partition }, 'messages of S3 will be read again');
        },
      }),
    ),
  );
  const queues = [...feeds.queues].map(([url, fed]) =>
    consumeQueue({
      url,
      onMessages: createQueueHandler(url, { ...ports, route: createEventRouter(fed) }),
      onError: (err) => {
        metrics.queueFailures.inc({ origin: url });
        logger.error({ err, queue: url }, 'messages of S3 will be read again');
      },
    }),
  );
  return {
    async close() {
      await Promise.all([...queues, ...consumers].map((feed) => feed.stop()));
    },
  };
}

/** Ids of the messages whose notices the log has. What cannot be read stays, for the queue's redrive policy. */
export function createQueueHandler(url: string, { route, log, metrics, logger }: FeedPorts) {
  return async (messages: readonly QueueMessage[]): Promise<string[]> => {
    const done: string[] = [];
    const notices: ConnectorNotice[] = [];
    for (const { id, body, receives } of messages) {
      const routed = attempt(route, body);
      if (routed instanceof FreshetError) {
        metrics.messages.inc({ origin: url, outcome: 'unreadable' });
        logger.warn(
          { queue: url, messageId: id, receives, code: routed.code, detail: routed.message },
          'message cannot be read, is left to the redrive policy of its queue',
        );
        continue;
      }
      notices.push(...routed);
      done.push(id);
      metrics.messages.inc({ origin: url, outcome: routed.length > 0 ? 'noticed' : 'ignored' });
    }
    await append(log, notices);
    return done;
  };
}

function createTopicHandler(topic: string, { route, log, deadLetters, metrics, logger }: FeedPorts) {
  async function refuse(record: ConsumedRecord, reason: FreshetError): Promise<void> {
    const { key, offset } = record;
    metrics.messages.inc({ origin: topic, outcome: 'unreadable' });
    logger.warn({ topic, key, offset, code: reason.code, detail: reason.message }, 'message refused');
    await deadLetters.add(record, { reason, topic });
  }

  return async ({ records }: RecordBatch): Promise<void> => {
    const notices: ConnectorNotice[] = [];
    for (const record of records) {
      const routed = attempt(route, record.value === null ? '' : record.value.toString());
      if (routed instanceof FreshetError) await refuse(record, routed);
      else {
        notices.push(...routed);
        metrics.messages.inc({ origin: topic, outcome: routed.length > 0 ? 'noticed' : 'ignored' });
      }
    }
    await append(log, notices);
  };
}

function attempt(route: EventRouter, message: string): ConnectorNotice[] | FreshetError {
  try {
    return route(message);
  } catch (error) {
    if (error instanceof FreshetError) return error;
    throw error;
  }
}

async function append(log: EventLog, notices: readonly ConnectorNotice[]): Promise<void> {
  const records = notices.map((notice) => encodeNotice(notice));
  if (records.length > 0) await log.append(NOTICES_TOPIC, records);
}
