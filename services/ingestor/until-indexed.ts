import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '@freshet/event-log';
import { DOCUMENTS_TOPIC } from '@freshet/shared/document-events';

const POLL_MS = 200;

/** Resolves once the index has all that the document log holds now; `group` is the one that brings it there. */
export async function untilIndexed(log: EventLog, group: string, signal: AbortSignal): Promise<void> {
  const goal = new Map((await log.lag(DOCUMENTS_TOPIC, group)).map(({ partition, end }) => [partition, end]));
  for (;;) {
    signal.throwIfAborted();
    const now = await log.lag(DOCUMENTS_TOPIC, group);
    if (now.every(({ partition, committed }) => committed >= (goal.get(partition) ?? 0))) return;
    await pause(POLL_MS, undefined, { signal });
  }
}
