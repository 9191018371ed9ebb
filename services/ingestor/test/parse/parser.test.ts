import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DocumentParserOptions, openDocumentParser } from '../../parse/parser.ts';

const good = { content: '# Leave\n\nAsk your lead.', mediaType: 'text/markdown' as const, title: undefined };
const unreadable = { code: 'FRESHET_CONTENT_UNREADABLE' };

function open(t: TestContext, limits: Partial<DocumentParserOptions> = {}) {
  const parser = openDocumentParser({ tokenizer: undefined, maxTokens: 256, ...limits });
  t.after(() => parser.close());
  return parser;
}

test('a document comes back as chunks, with its title and a hash of what was read', async (t) => {
  const parser = open(t);
  const [parsed, again, titled] = await Promise.all([
    parser.parse(good),
    parser.parse({ ...good, content: good.content.replaceAll('\n', '\r\n') }),
    parser.parse({ ...good, title: 'Holidays' }),
  ]);
  assert.deepEqual(
    parsed.drafts.map(({ text }) => text),
    ['Leave\n\nAsk your lead.'],
  );
  assert.equal(parsed.title, undefined);
  assert.match(parsed.contentHash, /^[0-9a-f]{64}$/);
  assert.equal(again.contentHash, parsed.contentHash);
  assert.equal(titled.title, 'Holidays');
  assert.notEqual(titled.contentHash, parsed.contentHash);
  assert.ok(titled.drafts[0]!.embeddedText.startsWith('Holidays > Leave\n'));
});

test('a refusal keeps its code on the way between threads', async (t) => {
  const parser = open(t);
  await assert.rejects(parser.parse({ ...good, content: ' ' }), { code: 'FRESHET_CONTENT_EMPTY' });
  await assert.rejects(parser.parse({ ...good, content: '{"a":1}\n{', mediaType: 'application/jsonl' }), {
    ...unreadable,
    message: /Line 2/,
  });
});

test('a document over the time limit is refused, and the next one still parses', {
  timeout: 60_000,
}, async (t) => {
  const parser = open(t, { timeoutMs: 4_000 });
  await parser.parse(good);
  // Nested lists take time that grows with the square of their depth.
  await assert.rejects(parser.parse({ ...good, content: `${'- '.repeat(100_000)}deep` }), {
    code: 'FRESHET_PARSING_TOO_SLOW',
    message: /more than 4 s/,
  });
  assert.equal((await parser.parse(good)).drafts.length, 1);
});

test('a document that waits for another is not refused for the time of that', {
  timeout: 60_000,
}, async (t) => {
  const parser = open(t, { timeoutMs: 4_000 });
  const slow = assert.rejects(parser.parse({ ...good, content: `${'- '.repeat(100_000)}deep` }), {
    code: 'FRESHET_PARSING_TOO_SLOW',
  });
  const [, parsed] = await Promise.all([slow, parser.parse(good)]);
  assert.equal(parsed.drafts.length, 1);
});

test('a document over the heap limit is refused, and the next one still parses', {
  timeout: 60_000,
}, async (t) => {
  const parser = open(t, { maxHeapMiB: 48 });
  await assert.rejects(parser.parse({ ...good, content: '*a* `b` [c](d)\n\n'.repeat(32_000) }), {
    code: 'FRESHET_PARSING_TOO_LARGE',
  });
  assert.equal((await parser.parse(good)).drafts.length, 1);
});
