import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Message } from '@freshet/shared/contracts';
import { condense } from '../../question/follow-up.ts';

interface FollowUp {
  _id: string;
  history: Message[];
  text: string;
  relevant: string[];
}

const path = join(import.meta.dirname, '..', '..', '..', '..', 'eval', 'sample', 'follow-ups.jsonl');
const followUps = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as FollowUp);

test('of the labelled follow-ups most are known as such: the others name their subject', () => {
  const known = followUps.filter(({ text, history }) => condense(text, history) !== text);
  assert.ok(known.length >= 19, `${known.length} of ${followUps.length}`);
});
