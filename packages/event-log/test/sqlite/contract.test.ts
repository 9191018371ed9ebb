import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openSqliteEventLog } from '../../sqlite.ts';
import { testEventLogContract } from '../contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'freshet-event-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

testEventLogContract('SQLite', {
  open: () => openSqliteEventLog({ path: join(folder, 'events.db'), pollMs: 5, retryBaseMs: 5 }),
});
