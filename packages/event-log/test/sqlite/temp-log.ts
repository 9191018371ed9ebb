import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EventLog } from '../../index.ts';
import { openSqliteEventLog, type SqliteEventLogOptions } from '../../sqlite.ts';

/** A folder that goes with the test, or with the suite. */
export function tempFolder(t: { after: TestContext['after'] }): string {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-event-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function openFor(t: TestContext, options: SqliteEventLogOptions): Promise<EventLog> {
  const log = await openSqliteEventLog({ pollMs: 5, random: () => 0, ...options });
  t.after(() => log.close().catch(() => {}));
  return log;
}

export interface SteeredClock {
  now: () => number;
  advance: (ms: number) => void;
}

export function steeredClock(): SteeredClock {
  let time = 1_000_000;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}
