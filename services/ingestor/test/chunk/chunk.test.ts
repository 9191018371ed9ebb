import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ChunkOptions, chunk } from '../../chunk/chunk.ts';
import { toUnits } from '../../chunk/units.ts';
import { type Block, createBlockBuilder, type ParsedDocument } from '../../parse/blocks.ts';
import { parseMarkdown } from '../../parse/markdown.ts';
import { parsePlainText } from '../../parse/plain-text.ts';

const count = (text: string) => text.match(/\S+/g)?.length ?? 0;

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z.,]{1,9}$/) },
  fc.constantFrom('🌊🌊🌊', '東京都', 'שלום', '-', '{"a":1}', 'x'.repeat(120), '🌊'.repeat(90)),
);
const prose = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', '. ', '\n', '\n\n', '  ')), {
    minLength: 1,
    maxLength: 60,
  })
  .map((words) => words.flat().join(''));
const heading = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 4 });

type Draft = [kind: Block['kind'], text: string, level: number];
const block: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('heading' as const),
      heading.map((words) => words.join(' ')),
      fc.integer({ min: 1, max: 6 }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom<Block['kind']>('text', 'item', 'table', 'code'),
      prose,
      fc.constant(0),
    ),
  },
);
const document = fc
  .tuple(fc.array(block, { maxLength: 25 }), fc.option(prose, { nil: undefined }))
  .map(([blocks, title]): ParsedDocument => {
    const builder = createBlockBuilder();
    for (const one of blocks) builder.add(...one);
    return builder.finish(title);
  });
const options = fc.record(
  {
    minTokens: fc.integer({ min: 0, max: 40 }),
    targetTokens: fc.integer({ min: 6, max: 80 }),
    maxTokens: fc.integer({ min: 8, max: 100 }),
    overlapTokens: fc.integer({ min: 0, max: 20 }),
  },
  { noNullPrototype: true },
);

function holds(
  rule: (document: ParsedDocument, chunks: ReturnType<typeof chunk>, options: ChunkOptions) => void,
) {
  fc.assert(
    fc.property(document, options, (parsed, limits) => {
      rule(parsed, chunk(parsed, { ...limits, count }), { ...limits, count });
    }),
    { numRuns: 300 },
  );
}

test('every chunk is exactly one span of the text', () => {
  holds(({ text }, chunks) => {
    for (const { span, text: body } of chunks) {
      assert.equal(body, text.slice(span.start, span.end));
      assert.equal(body, body.trimEnd());
      assert.ok(body.length > 0 && body.isWellFormed());
    }
  });
});

test('no chunk is more than the model reads, title and headings included', () => {
  holds((_document, chunks, { maxTokens }) => {
    for (const { embeddedText, tokens, text } of chunks) {
      assert.equal(tokens, count(embeddedText));
      assert.ok(tokens <= maxTokens, `${tokens} > ${maxTokens}`);
      assert.ok(embeddedText.endsWith(text));
    }
  });
});

test('chunks cover the whole text, in order', () => {
  holds(({ text }, chunks) => {
    let end = 0;
    for (const { span } of chunks) {
      assert.equal(text.slice(end, Math.max(end, span.start)).trim(), '');
      assert.ok(span.end > end);
      end = span.end;
    }
    assert.equal(text.slice(end).trim(), '');
  });
});

test('ordinals count from 0', () => {
  holds((_document, chunks) => {
    assert.deepEqual(
      chunks.map(({ ordinal }) => ordinal),
      chunks.map((_chunk, i) => i),
    );
  });
});

test('a heading never ends a chunk, as far as it fits with what follows', () => {
  holds(({ text, blocks }, chunks, { maxTokens, targetTokens = 0 }) => {
    const room = maxTokens - Math.floor(maxTokens / 4);
    const units = toUnits(text, blocks, Math.min(targetTokens, room), (piece) =>
      Math.max(count(piece), Math.ceil(piece.length / 16)),
    );
    for (const { span } of chunks.slice(0, -1)) {
      const last = units.findLastIndex((unit) => unit.span.end <= span.end);
      if (units[last]!.kind !== 'heading') continue;
      const first = units.findIndex((unit) => unit.span.start >= span.start);
      const onlyHeadings = units.slice(first, last + 1).every(({ kind }) => kind === 'heading');
      const next = units.findIndex((unit, i) => i > last && unit.kind !== 'heading');
      const together = units.slice(onlyHeadings ? first : last, next === -1 ? undefined : next + 1);
      assert.ok(together.reduce((sum, { tokens }) => sum + tokens, 0) > room);
    }
  });
});

test('a heading path holds headings that stand before the end of its chunk, outermost first', () => {
  holds(({ text, blocks, title }, chunks) => {
    for (const { headingPath, span } of chunks) {
      assert.ok(Array.from(headingPath).every((name) => typeof name === 'string' && name !== title));
      const before = blocks
        .filter(({ kind, span: at }) => kind === 'heading' && at.start < span.end)
        .map(({ span: at }) => text.slice(at.start, at.end));
      for (const name of headingPath) assert.ok(before.some((heading) => heading.includes(name)));
    }
  });
});

test('the same document gives the same chunks', () => {
  holds((parsed, chunks, limits) => assert.deepEqual(chunk(parsed, limits), chunks));
});

test('a section of its own starts a chunk of its own, under its own headings', () => {
  const words = (n: number, name: string) => Array.from({ length: n }, (_, i) => `${name}${i}`).join(' ');
  const parsed = parseMarkdown(
    `# Guide\n\n${words(100, 'a')}\n\n## Install\n\n${words(100, 'b')}\n\n### Linux\n\n${words(100, 'c')}\n\n## Use\n\n${words(10, 'd')}`,
  );
  const chunks = chunk({ ...parsed, title: 'Guide' }, { maxTokens: 512, count });
  assert.deepEqual(
    chunks.map(({ headingPath, text }) => [headingPath.join(' > '), text.split('\n')[0]]),
    [
      ['', 'Guide'],
      ['Install', 'Install'],
      ['Install > Linux', 'Linux'],
      ['Use', 'Use'],
    ],
  );
  assert.ok(chunks[2]!.embeddedText.startsWith('Guide > Install > Linux\nLinux\n\nc0 '));
});

test('a long section repeats a small end in its next chunk', () => {
  const item = (name: string) => `- ${name} ${'word '.repeat(18)}`;
  const parsed = parseMarkdown(Array.from({ length: 30 }, (_, i) => item(`n${i}`)).join('\n'));
  const [first, second] = chunk(parsed, { maxTokens: 512, count });
  assert.ok(second!.span.start < first!.span.end);
  assert.ok(first!.text.endsWith(second!.text.split('\n')[0]!));
});

test('a title without room leaves the headings their place', () => {
  const parsed = parseMarkdown('## Install\n\nRun it.');
  const [only] = chunk({ ...parsed, title: 'word '.repeat(500) }, { maxTokens: 100, count });
  assert.equal(only!.embeddedText, 'Install\nInstall\n\nRun it.');
});

test('half a megabyte of encoded data, of which a tokenizer makes one token, is no single chunk', () => {
  const parsed = parsePlainText('QUJD'.repeat(125_000));
  const chunks = chunk(parsed, { maxTokens: 512, count });
  for (const { text } of chunks) assert.ok(text.length <= 220 * 16);
});

test("the project's own sample documents lose no word", () => {
  const folder = new URL('../../../../eval/sample/documents/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.md'),
  );
  for (const { parentPath, name } of files) {
    const parsed = parseMarkdown(readFileSync(`${parentPath}/${name}`, 'utf8'));
    const chunks = chunk(parsed, { maxTokens: 512, count });
    const seen = new Set(chunks.flatMap(({ text }) => text.split(/\s+/)));
    for (const one of parsed.text.split(/\s+/)) assert.ok(seen.has(one), `${name}: ${one}`);
  }
});
