import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventLog, LogRecord } from '@freshet/event-log';
import { FreshetError } from '@freshet/shared/errors';
import { openDeadLetters } from '../dead-letters.ts';

test('a record that is too large with its reason is kept without its value, and says so', async () => {
  const kept: LogRecord[] = [];
  const log = {
    async append(_topic: string, records: LogRecord[]) {
      if (records.some(({ value }) => value !== null)) throw new FreshetError('FRESHET_CONTENT_TOO_LARGE');
      kept.push(...records);
      return [];
    },
  } as unknown as EventLog;
  const record = {
    key: 'a/b/c',
    value: Buffer.alloc(100),
    headers: {},
    partition: 0,
    offset: 1,
    timestamp: 2,
  };
  const reason = new FreshetError('FRESHET_EVENT_INVALID', {
    detail: `half of an emoji \ud83d ${'x'.repeat(9_000)}`,
  });
  await openDeadLetters(log).add(record, { reason, attempts: 1 });
  const [letter] = kept;
  assert.equal(letter?.value, null);
  assert.equal(letter.headers['freshet-dlq-value-bytes'], '100');
  assert.equal(letter.headers['freshet-dlq-origin'], '0:1');
  const detail = letter.headers['freshet-dlq-detail'] ?? '';
  assert.ok(detail.isWellFormed() && detail.length <= 2_000);
});
