import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords } from '../../files/records.ts';

test('each good record is a document, each bad one is named with its line', () => {
  const lines = [
    '{"id":"A1","title":"T","text":"hello","updated":"2026-01-02T00:00:00Z","attributes":{"n":1,"deep":{}},"acl":["group:x"]}',
    'not json',
    '[]',
    '{"text":"no id"}',
    '{"id":"A2","text":"  "}',
    '',
    '{"_id":7,"body":"# Markdown"}',
  ];
  const items = [...readRecords(lines.join('\n'), { source: 's', name: 't.jsonl' })];
  assert.deepEqual(items, [
    {
      document: {
        source: 's',
        documentId: 't.jsonl#A1',
        mediaType: 'text/plain',
        content: 'hello',
        title: 'T',
        changedAt: '2026-01-02T00:00:00.000Z',
        acl: { allow: ['group:x'] },
        attributes: { n: 1 },
      },
    },
    { skipped: { name: 't.jsonl:2', code: 'FRESHET_CONTENT_UNREADABLE', reason: 'is not JSON' } },
    { skipped: { name: 't.jsonl:3', code: 'FRESHET_CONTENT_UNREADABLE', reason: 'is no JSON object' } },
    { skipped: { name: 't.jsonl:4', code: 'FRESHET_CONTENT_UNREADABLE', reason: 'has no id' } },
    {
      skipped: {
        name: 't.jsonl:5',
        documentId: 't.jsonl#A2',
        code: 'FRESHET_CONTENT_EMPTY',
        reason: 'has no text',
      },
    },
    { document: { source: 's', documentId: 't.jsonl#7', mediaType: 'text/markdown', content: '# Markdown' } },
  ]);
});
