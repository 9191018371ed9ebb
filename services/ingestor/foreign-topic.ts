import type { ConsumeOptions, Consumer, EventLog } from '@freshet/event-log';
import { hasCode } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';

export interface ForeignTopicOptions extends ConsumeOptions {
  log: EventLog;
  logger: Logger;
  /** Milliseconds that a topic which has to be made keeps its records. */
  retentionMs: number;
}

/**
 * Consumes a topic that others write. They make it with their first record; where it is not there yet it is made here,
 * with one partition, in which everything is in order.
 */
export async function consumeForeignTopic({
  log,
  logger,
  retentionMs,
  ...options
}: ForeignTopicOptions): Promise<Consumer> {
  const { topic, onError } = options;

  async function makeTopic(): Promise<void> {
    await log.ensureTopic(topic, { partitions: 1, cleanup: 'keep', retentionMs });
  }

  const consume = () =>
    log.consume({
      ...options,
      onError(error, batch) {
        onError?.(error, batch);
        if (!batch && hasCode(error, 'FRESHET_TOPIC_UNKNOWN')) {
          makeTopic().catch((cause) => logger.warn({ err: cause, topic }, 'the topic cannot be made'));
        }
      },
    });
  try {
    return await consume();
  } catch (error) {
    if (!hasCode(error, 'FRESHET_TOPIC_UNKNOWN')) throw error;
    await makeTopic();
    return consume();
  }
}
