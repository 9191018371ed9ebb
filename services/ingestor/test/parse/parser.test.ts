import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { type DocumentParserOptions, openDocumentParser } from '../../parse/parser.ts';
import { XLSX } from './samples/media-types.ts';
import { xlsxParts } from './samples/office.ts';

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
  assert.deepEqual(again, parsed);
  assert.equal(titled.title, 'Holidays');
  assert.ok(titled.drafts[0]!.embeddedText.startsWith('Holidays > Leave\n'));
});

test('a source may have chunks of its own size', async (t) => {
  const parser = open(t);
  const content = Array.from({ length: 40 }, (_, i) => `Rule ${i}: leave is asked for in good time.`).join(
    '\n\n',
  );
  const usual = await parser.parse({ ...good, content });
  const small = await parser.parse({ ...good, content, chunking: { targetTokens: 40, overlapTokens: 0 } });
  assert.ok(small.drafts.length > 2 * usual.drafts.length);
  for (const { tokens } of small.drafts) assert.ok(tokens <= 60, `${tokens}`);
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

test('a document over the limit of memory outside the heap is refused, and the next one still parses', {
  timeout: 60_000,
}, async (t) => {
  const parser = open(t, { maxBuffersMiB: 16 });
  await parser.parse(good);
  const parts = xlsxParts([{ name: 'S', rows: '<row></row>'.repeat(3 * 1024 * 1024) }]);
  const files = Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]));
  const content = zipSync(files, { level: 0 });
  await assert.rejects(parser.parse({ content, mediaType: XLSX, title: undefined }), {
    code: 'FRESHET_PARSING_TOO_LARGE',
    message: /16 MiB.*PARSER_BUFFERS_MIB/,
  });
  assert.equal((await parser.parse(good)).drafts.length, 1);
});

test('a document that ends its thread hurts none that is parsed beside it', {
  timeout: 60_000,
}, async (t) => {
  const parser = open(t, { threads: 2, maxHeapMiB: 48 });
  const fatal = { ...good, content: '*a* `b` [c](d)\n\n'.repeat(32_000) };
  const results = await Promise.allSettled(
    [good, fatal, good, good, fatal, good].map((task) => parser.parse(task)),
  );
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? 'read' : result.reason.code)),
    ['read', 'FRESHET_PARSING_TOO_LARGE', 'read', 'read', 'FRESHET_PARSING_TOO_LARGE', 'read'],
  );
});

test('bytes are handed over to the thread, those that share their memory are copied', async (t) => {
  const parser = open(t);
  const alone = new TextEncoder().encode('# Leave\n\ncaf\u00e9');
  const shared = Buffer.from('# Leave');
  const parse = (content: Uint8Array) => parser.parse({ ...good, content });
  assert.equal((await parse(alone)).drafts[0]!.text, 'Leave\n\ncaf\u00e9');
  assert.equal((await parse(shared)).drafts[0]!.text, 'Leave');
  assert.equal(alone.length, 0);
  assert.equal(shared.toString(), '# Leave');
});
