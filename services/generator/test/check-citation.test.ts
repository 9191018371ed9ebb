import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passage } from '@freshet/shared/contracts';
import { createCitationCheck } from '../check-citation.ts';

const passage = (ref: number, text: string): Passage => ({
  ref,
  source: 's',
  documentId: `d${ref}`,
  version: 1,
  headingPath: [],
  text,
  span: { start: 0, end: text.length },
  score: 1,
  changedAt: '2026-01-01T00:00:00Z',
});
const passages = [passage(1, 'Snapshots are kept for 30 days.'), passage(2, 'The moon is round.')];
const checkCitation = createCitationCheck(passages);

test('a sentence that its passage says is supported', () => {
  const checked = checkCitation('Snapshots are kept 30 days [1].');
  assert.deepEqual([checked?.verdict, checked?.refs, checked?.score], ['supported', [1], 1]);
});

test('a wrong number is never supported, a wrong passage not at all', () => {
  assert.equal(checkCitation('Snapshots are kept for 31 days [1].')?.verdict, 'partly');
  assert.equal(checkCitation('Snapshots are kept for 30 days [2].')?.verdict, 'unsupported');
  assert.equal(checkCitation('Snapshots are kept for 30 days [99].')?.verdict, 'unsupported');
});

test('without a citation it is held against all passages; a lone marker says nothing', () => {
  assert.equal(checkCitation('Snapshots are kept for 30 days.')?.verdict, 'supported');
  assert.equal(checkCitation(' [1]'), undefined);
});
