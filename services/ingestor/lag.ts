import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '@freshet/event-log';

/** A scrape must not hang where the log does. */
const LAG_TIMEOUT_MS = 2_000;

/**
 * What a scrape reads of the log; `undefined` where the log cannot say, or not soon. A log that is down fails its
 * readiness check, not the scrape that would show it, and an old value would deceive.
 */
export function readForScrape<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  const timeout = pause(LAG_TIMEOUT_MS, undefined, { ref: false });
  return Promise.race([read(), timeout]).catch(() => undefined);
}

/** Records of a topic that a group has not handled yet, over all partitions. */
export async function totalLag(log: EventLog, topic: string, group: string): Promise<number> {
  const partitions = await log.lag(topic, group);
  return partitions.reduce((sum, { committed, end }) => sum + end - committed, 0);
}
