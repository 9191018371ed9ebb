import { DEAD_LETTER_TOPIC, DOCUMENTS_TOPIC, NOTICES_TOPIC } from '@freshet/shared/document-events';
import type { EventLog, TopicOptions } from './index.ts';

const HOUR_MS = 3_600_000;

export interface TopicConfig {
  TOPIC_PARTITIONS: number;
  TOPIC_RETENTION_HOURS: number;
}

export interface AppliedTopic extends TopicOptions {
  topic: string;
  /** Whether it was made now; an existing one was left as it is. */
  isNew: boolean;
}

/** The topics of a fleet. Documents and notices of them are shared among ingestors; the others are written rarely, and read in order. */
export function fleetTopics({
  TOPIC_PARTITIONS: partitions,
  TOPIC_RETENTION_HOURS: hours,
}: TopicConfig): Record<string, TopicOptions> {
  const kept: TopicOptions = { partitions: 1, cleanup: 'keep', retentionMs: hours * HOUR_MS };
  return {
    [DOCUMENTS_TOPIC]: { partitions, cleanup: 'compact' },
    [NOTICES_TOPIC]: { ...kept, partitions },
    [DEAD_LETTER_TOPIC]: kept,
    feedback: kept,
    audit: kept,
  };
}

/** Makes the topics that are missing. */
export async function applyTopics(log: EventLog, config: TopicConfig): Promise<AppliedTopic[]> {
  const applied: AppliedTopic[] = [];
  for (const [topic, options] of Object.entries(fleetTopics(config))) {
    applied.push({ topic, ...options, isNew: await log.ensureTopic(topic, options) });
  }
  return applied;
}
