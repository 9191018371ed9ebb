import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Passage } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { createCitationCheck } from '../check-citation.ts';

const passage = (ref: number, text: string, rest: Partial<Passage> = {}): Passage => ({
  ref,
  source: 's',
  documentId: `d${ref}`,
  version: 1,
  headingPath: [],
  text,
  span: { start: 0, end: text.length },
  score: 1,
  changedAt: '2026-01-01T00:00:00Z',
  ...rest,
});

/** The verdict on a sentence against one passage. */
function verdict(sentence: string, text: string, rest: Partial<Passage> = {}) {
  return createCitationCheck([passage(1, text, rest)])(`${sentence} [1]`)?.verdict;
}

const snapshots = [passage(1, 'Snapshots are kept for 30 days.'), passage(2, 'The moon is round.')];
const checkSnapshots = createCitationCheck(snapshots);

test('a sentence that its passage says is supported', () => {
  const checked = checkSnapshots('Snapshots are kept 30 days [1].');
  assert.deepEqual([checked?.verdict, checked?.refs, checked?.score], ['supported', [1], 1]);
});

test('a wrong number and a wrong passage support nothing', () => {
  assert.equal(checkSnapshots('Snapshots are kept for 31 days [1].')?.verdict, 'unsupported');
  assert.equal(checkSnapshots('Snapshots are kept for 30 days [2].')?.verdict, 'unsupported');
});

test('a number that no passage has is reported, not taken for a citation', () => {
  const checked = checkSnapshots('Snapshots are kept for 30 days [1][99].');
  assert.deepEqual(
    [checked?.verdict, checked?.refs, checked?.unknownRefs, checked?.score, checked?.support],
    ['unsupported', [1], [99], 0, undefined],
  );
  assert.deepEqual(checkSnapshots('Snapshots [0].')?.unknownRefs, [0]);
});

test('without a citation it is held against all passages; a lone marker says nothing', () => {
  assert.equal(checkSnapshots('Snapshots are kept for 30 days.')?.support?.ref, 1);
  assert.equal(checkSnapshots(' [1]'), undefined);
  assert.equal(checkSnapshots('---'), undefined);
  assert.equal(createCitationCheck([])('Snapshots are kept.')?.verdict, 'unsupported');
});

test('several numbers may stand in one pair of brackets', () => {
  assert.deepEqual(checkSnapshots('Snapshots are kept for 30 days [1, 2].')?.refs, [1, 2]);
});

test('the support is where the sentence stands in its document', () => {
  const text = 'Backups run at night. Snapshots are kept for 30 days. Then they go.';
  const checked = createCitationCheck([passage(4, text, { span: { start: 100, end: 100 + text.length } })])(
    'Snapshots are kept for 30 days [4].',
  );
  const { ref, span } = checked!.support!;
  assert.equal(ref, 4);
  assert.equal(text.slice(span.start - 100, span.end - 100), 'Snapshots are kept for 30 days.');
});

test('two neighbouring sentences may support one', () => {
  const text = 'The hub keeps snapshots. They are deleted after 30 days. Fees are separate.';
  assert.equal(verdict('The hub keeps snapshots and deletes them after 30 days.', text), 'supported');
});

test('numbers agree however they are written', () => {
  assert.equal(
    verdict('It costs $1200 for seven seats.', 'It costs 1,200 dollars for 7 seats.'),
    'supported',
  );
  assert.equal(verdict('It costs 12,5 euros.', 'It costs 12.50 euros.'), 'supported');
  assert.equal(verdict('It costs 3 billion dollars.', 'It costs 3 million dollars.'), 'unsupported');
  assert.equal(
    verdict('Use version v1.29.3 of the agent.', 'Use version v1.29.4 of the agent.'),
    'unsupported',
  );
});

test('another number in its place contradicts, even one that stands elsewhere in the passage', () => {
  const text = 'Free plans keep logs for 7 days. Paid plans keep logs for 90 days.';
  assert.equal(verdict('Paid plans keep logs for 7 days.', text), 'unsupported');
  assert.equal(verdict('Paid plans keep logs for 90 days.', text), 'supported');
});

test('another name in its place contradicts; a name that the passage only gives in another sentence does not', () => {
  const text = 'Marie Curie worked in Paris. She received the Nobel Prize in 1903.';
  assert.equal(verdict('Marie Curie worked in London.', text), 'unsupported');
  assert.equal(verdict('Marie Curie received the Nobel Prize in 1903.', text), 'supported');
  assert.notEqual(verdict('Lise Meitner received the Nobel Prize in 1903.', text), 'supported');
});

test('two names that change places are not supported', () => {
  assert.notEqual(verdict('Carthage defeated Rome.', 'Rome defeated Carthage.'), 'supported');
});

test('the title names what the text only points to', () => {
  const title = 'Orion';
  assert.equal(verdict('Orion needs 8 GB of memory.', 'It needs 8 GB of memory.', { title }), 'supported');
});

test('a negation on one side alone contradicts', () => {
  const may = 'Guests may invite other guests.';
  const mayNot = 'Guests may not invite other guests.';
  assert.equal(verdict(mayNot, may), 'unsupported');
  assert.equal(verdict(may, mayNot), 'unsupported');
  assert.equal(verdict(mayNot, mayNot), 'supported');
  assert.equal(
    verdict("Guests can't invite other guests.", 'Guests can not invite other guests.'),
    'supported',
  );
});

test('a negation elsewhere in the passage does not count', () => {
  const text = 'Guests may not invite others. Members may read all documents.';
  assert.equal(verdict('Members may read all documents.', text), 'supported');
});

test('a contrary in the place of a word contradicts', () => {
  assert.equal(verdict('The first backup is kept.', 'The last backup is kept.'), 'unsupported');
  assert.equal(verdict('The setting is unstable here.', 'The setting is stable here.'), 'unsupported');
});

test('the order of circumstances is free, and so are the forms of words', () => {
  const text = 'In 2019, the company opened an office in Berlin.';
  assert.equal(verdict('The company opened an office in Berlin in 2019.', text), 'supported');
  assert.equal(verdict('A company opens offices in Berlin.', text), 'supported');
});

test('what is only begun in the passage is partly supported', () => {
  const text = 'The agent uploads snapshots every hour.';
  const said = 'The agent uploads snapshots hourly, encrypted.';
  assert.equal(verdict(said, text), 'partly');
});

test('German and French sentences are held against passages in their language', () => {
  const german = 'Die Rechnungen werden nicht am Monatsende verschickt.';
  assert.equal(verdict('Rechnungen werden nicht am Monatsende verschickt.', german), 'supported');
  assert.equal(verdict('Die Rechnungen werden am Monatsende verschickt.', german), 'unsupported');
  const french = 'Les factures sont envoyées le 3 de chaque mois par la poste.';
  assert.equal(verdict('Les factures sont envoyées le 3 de chaque mois.', french), 'supported');
  assert.equal(verdict('Les factures sont envoyées le 5 de chaque mois.', french), 'unsupported');
});

test('Chinese is compared by pairs of characters', () => {
  assert.equal(verdict('快照保存三十天', '快照保存三十天。'), 'supported');
  assert.equal(verdict('月亮是圆的', '快照保存三十天。'), 'unsupported');
});

test('whatever is said, there is a verdict, a score from 0 to 1, and a support within the passage', () => {
  const word = fc.constantFrom(
    ...[
      'Snapshots',
      'are',
      'kept',
      'not',
      '30',
      '31',
      'days',
      '.',
      '[1]',
      '[7]',
      'Rome',
      '\u0000',
      '🙂',
      'עברית',
      "isn't",
    ],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (said) => {
      const checked = checkSnapshots(said.join(' '));
      if (!checked) return;
      assert.ok(checked.score >= 0 && checked.score <= 1);
      if (checked.support) assert.ok(checked.support.span.end <= snapshots[0]!.text.length);
    }),
  );
});
