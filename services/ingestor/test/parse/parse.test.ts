import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaType } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { parse } from '../../parse/parse.ts';

const read = (content: string, mediaType: MediaType) => parse({ content, mediaType });

/** Blocks as `kind: text`, a heading with its level. */
async function blocksOf(content: string, mediaType: MediaType): Promise<string[]> {
  const { text, blocks } = await read(content, mediaType);
  return blocks.map(({ kind, level, span }) => `${kind}${level || ''}: ${text.slice(span.start, span.end)}`);
}

const markdown = (...lines: string[]) => blocksOf(lines.join('\n'), 'text/markdown');
const html = (content: string) => blocksOf(content, 'text/html');
const empty = { code: 'FRESHET_CONTENT_EMPTY' };
const unreadable = { code: 'FRESHET_CONTENT_UNREADABLE' };

const mediaTypes = [
  'text/markdown',
  'text/html',
  'text/plain',
  'text/csv',
  'application/json',
  'application/jsonl',
] as const;

test('Markdown: headings keep their level and lose their marks and attributes', async () => {
  assert.deepEqual(
    await markdown(
      '# A *b* `c`',
      '',
      'Setext',
      '------',
      '',
      '## Install {#install .x}',
      '### {{% heading "whats-next" %}}',
    ),
    ['heading1: A b c', 'heading2: Setext', 'heading2: Install', 'heading3: whats next'],
  );
});

test('Markdown: lists keep their markers, their numbers and their nesting', async () => {
  const source = '- a\n- b\n  - c\n    1. d\n    2. e\n\n3. x\n4. y\n\n- [x] done';
  assert.deepEqual(await markdown(source), [
    'item: - a',
    'item: - b',
    'item: - c',
    'item: 1. d',
    'item: 2. e',
    'item: 3. x',
    'item: 4. y',
    'item: - done',
  ]);
  assert.match((await read(source, 'text/markdown')).text, /^- a\n- b\n {2}- c\n {4}1\. d\n {4}2\. e\n3\. x/);
});

test('Markdown: an item keeps all that stands in it', async () => {
  assert.deepEqual(await markdown('- one', '', '  two', '', '  ```', '  code', '  ```', '- next'), [
    'item: - one',
    'item: two',
    'code: code',
    'item: - next',
  ]);
});

test('Markdown: a table is one line a row', async () => {
  assert.deepEqual(await markdown('| a | b |', '|---|---|', '| 1 | 2\\|3 |', '| x<br>y | `c d` |'), [
    'table: a | b\n1 | 2|3\nx y | c d',
  ]);
});

test('Markdown: code keeps its lines and its indentation', async () => {
  assert.deepEqual(await markdown('```yaml', '  a: 1', '', '  b: "{{ .Values.x }}"', '```'), [
    'code:   a: 1\n\n  b: "{{ .Values.x }}"',
  ]);
});

test('Markdown: inline marks go, and words on two lines stay two words', async () => {
  assert.deepEqual(
    await markdown(
      'A [link](http://x) ![picture](i.png) **bold** ~~old~~ &amp; \\* end  ',
      'next\\',
      'last<br/>word <b>x</b>',
    ),
    ['text: A link picture bold old & * end\nnext\nlast\nword x'],
  );
});

test('Markdown: quotes and footnotes are read', async () => {
  assert.deepEqual(await markdown('> quoted', '', 'Text[^1].', '', '[^1]: The note.'), [
    'text: quoted',
    'text: Text.',
    'text: The note.',
  ]);
});

test('Markdown: front matter gives the title, and its description is text', async () => {
  const parsed = await read(
    '---\ntitle: "The  guide"\ndescription: >\n  What it\n  says\n---\n\nBody.',
    'text/markdown',
  );
  assert.equal(parsed.title, 'The guide');
  assert.equal(parsed.text, 'What it says\n\nBody.');
  assert.equal((await read('---\ntitle: 2024\n---\nx', 'text/markdown')).title, '2024');
  assert.deepEqual(
    { ...(await read('+++\ntitle = "Toml"\n+++\n\nBody.', 'text/markdown')), blocks: [] },
    { title: 'Toml', text: 'Body.', blocks: [] },
  );
});

test('Markdown: a page with broken or odd front matter is still read', async () => {
  const bomb = `a: &a [x,x]\n${'bcdef'.replace(/./g, (name) => `${name}: &${name} [*a,*a,*a]\n`)}`;
  for (const yaml of [
    'title: [broken',
    'title: a: b: c',
    '- a list',
    'just text',
    'title: {a: 1}',
    '',
    bomb,
  ]) {
    const parsed = await read(`---\n${yaml}\n---\n\nBody.`, 'text/markdown');
    assert.equal(parsed.title, undefined);
    assert.equal(parsed.text, 'Body.');
  }
});

test('Markdown: raw HTML is read as HTML', async () => {
  assert.deepEqual(
    await markdown(
      '<table><caption>Ports</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>',
      '',
      '<details><summary>More</summary>',
      '',
      '**inner**',
      '',
      '</details>',
      '<!-- comment --><script>alert(1)</script><style>a{}</style>',
    ),
    ['text: Ports', 'table: A | B\n1 | 2', 'text: More', 'text: inner'],
  );
});

test('Markdown: template tags show their text or term, and else nothing', async () => {
  assert.deepEqual(
    await markdown(
      '{{< note >}}',
      'Each {{< glossary_tooltip text="Pod" term_id="pod" >}} on a {{< glossary_tooltip term_id="worker-node" >}}.',
      '{{< /note >}}',
      '',
      '{% include x.md %}',
    ),
    ['text: Each Pod on a worker node.'],
  );
});

test('HTML: the frame of a site is dropped', async () => {
  assert.deepEqual(
    await html(
      '<!doctype html><head><title>T &amp; U</title><style>a{}</style></head><body><nav>N</nav><header>H</header>' +
        '<aside>A</aside><h1>One</h1><p>a &lt; b &nbsp; c&eacute;</p><script>alert(1)</script><noscript>J</noscript>' +
        '<!-- c --><form>F<button>B</button></form><footer>F</footer></body>',
    ),
    ['heading1: One', 'text: a < b cé'],
  );
  assert.equal((await read('<title>T &amp;\n U</title><p>x', 'text/html')).title, 'T & U');
});

test('HTML: roles and hidden elements count as the elements that they stand for', async () => {
  assert.deepEqual(
    await html(
      '<div role=banner>B</div><div role=navigation>N</div><p hidden>H</p><p>text</p><div role=contentinfo>C</div>',
    ),
    ['text: text'],
  );
  assert.deepEqual(
    await html('<main><div role=banner><h1>T</h1></div><p hidden=until-found>found</p></main>'),
    ['heading1: T', 'text: found'],
  );
});

test('HTML: the main content is what main or the only article marks', async () => {
  const page = (content: string) => `<body><div>site</div>${content}<p>other</p></body>`;
  assert.deepEqual(await html(page('<main><nav>N</nav><p>text</p></main>')), ['text: text']);
  assert.deepEqual(await html(page('<article><header><h1>Title</h1></header><p>text</p></article>')), [
    'heading1: Title',
    'text: text',
  ]);
  assert.deepEqual(await html(page('<main><article><header><h1>Title</h1></header></article></main>')), [
    'heading1: Title',
  ]);
});

test('HTML: of several articles none is lost, and an empty main is no content', async () => {
  assert.deepEqual(await html('<article>First</article><article>Second</article>'), [
    'text: First',
    'text: Second',
  ]);
  assert.deepEqual(await html('<main><script>render()</script></main><p>text</p>'), ['text: text']);
});

test('HTML: lists, tables, code and definitions are blocks', async () => {
  assert.deepEqual(
    await html(
      '<ul><li>x<ul><li>y</ul></ul><ol start=3><li>three</ol><table><caption>C</caption><tr><th>A<th>B<tr><td>1<br>2<td>3</table>' +
        '<pre><code>  a\n   b</code></pre><dl><dt>Term</dt><dd>Means</dd></dl><p>one<br>two</p><img alt="Picture">',
    ),
    [
      'item: - x',
      'item: - y',
      'item: 3. three',
      'text: C',
      'table: A | B\n1 2 | 3',
      'code:   a\n   b',
      'item: - Term',
      'item: Means',
      'text: one\ntwo',
      'text: Picture',
    ],
  );
});

test('plain text: empty lines part paragraphs', async () => {
  assert.deepEqual(await blocksOf('one\ntwo\n\n\n \t\n# three\n\t\n<b>', 'text/plain'), [
    'text: one\ntwo',
    'text: # three',
    'text: <b>',
  ]);
});

test('JSON Lines: each record is a section under its name', async () => {
  assert.deepEqual(
    await blocksOf(
      '{"id":7,"title":"A","body":"b\\nc"}\r\n\r\n{"n":5,"x":{"y":[1]}}\n"text"\n[1]\nnull',
      'application/jsonl',
    ),
    [
      'heading2: A',
      'text: id: 7',
      'text: body: b\nc',
      'text: n: 5',
      'text: x: {"y":[1]}',
      'text: text',
      'text: [1]',
      'text: null',
    ],
  );
});

test('JSON Lines: a broken line is named by its number', async () => {
  await assert.rejects(read('{"a":1}\n\n{broken', 'application/jsonl'), { ...unreadable, message: /\b3\b/ });
});

test('what has no text is refused as empty', async () => {
  for (const mediaType of mediaTypes) {
    for (const content of ['', ' \n\t', '\ufeff', '\u0000'])
      await assert.rejects(read(content, mediaType), empty);
  }
  for (const content of ['<!-- x -->', '---\ntitle: x\n---\n', '[a]: http://x', '{{< note >}}', '***']) {
    await assert.rejects(read(content, 'text/markdown'), empty, content);
  }
  for (const content of [
    '<nav>N</nav><footer>F</footer>',
    '<head><title>T</title></head>',
    '<script>1</script>',
  ]) {
    await assert.rejects(read(content, 'text/html'), empty, content);
  }
});

for (const [mediaType, what, depth, unit] of [
  ['text/html', 'div', 50_000, '<div>'],
  ['text/html', 'list', 50_000, '<ul><li>'],
  ['text/html', 'bold', 50_000, '<b>'],
  ['text/markdown', 'raw HTML', 50_000, '<div>'],
  ['text/markdown', 'quote', 8_000, '> '],
  ['text/markdown', 'list', 2_000, '- '],
] as const) {
  test(`${mediaType} nested ${depth} deep (${what}) is refused or read, not a crash`, {
    timeout: 60_000,
  }, async () => {
    try {
      assert.match((await read(`${unit.repeat(depth)}deep`, mediaType)).text, /deep$/);
    } catch (error) {
      assert.equal((error as { code?: string }).code, unreadable.code);
    }
  });
}

test('half a megabyte of opened template tags is read in time', { timeout: 60_000 }, async () => {
  assert.ok((await read('{{< x '.repeat(80_000), 'text/markdown')).text.length > 0);
});

test('text is normalised the same way for every media type', async () => {
  const dirty = '\ufeffa\r\nb\u0000c\ud800 😀 שלום 東京 e\u0301\rd';
  for (const mediaType of ['text/markdown', 'text/html', 'text/plain'] as const) {
    const { text } = await read(dirty, mediaType);
    assert.equal(text.replace(/\s+/g, ' '), 'a b c� 😀 שלום 東京 e\u0301 d', mediaType);
  }
});

test('whatever the content is, it is refused with a code or its blocks part its text', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '# ',
      '- ',
      '1. ',
      '> ',
      '\n',
      '\n\n',
      '| a | b |\n|---|---|\n',
      '```\n',
      '---\n',
      '<div>',
      '</p>',
    ),
    fc.constantFrom(
      '<table><tr><td>',
      '{{< x',
      ' >}}',
      '[^1]: ',
      '![',
      '](',
      '&amp;',
      '<!--',
      '\t',
      '{"a":',
      '<main>',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 40 }),
      fc.constantFrom(...mediaTypes),
      async (pieces, mediaType) => {
        let parsed: Awaited<ReturnType<typeof parse>>;
        try {
          parsed = await read(pieces.join(''), mediaType);
        } catch (error) {
          assert.match(
            String((error as { code?: string }).code),
            /^FRESHET_CONTENT_(EMPTY|UNREADABLE|MISLABELLED)$/,
          );
          return;
        }
        const { text, blocks } = parsed;
        assert.ok(text.isWellFormed());
        assert.doesNotMatch(text, /[\0\r]/);
        let end = 0;
        for (const { kind, level, span } of blocks) {
          assert.equal(text.slice(end, span.start).trim(), '');
          assert.ok(span.start >= end && text.slice(span.start, span.end).trim() !== '');
          assert.equal(kind === 'heading', level >= 1 && level <= 6);
          end = span.end;
        }
        assert.equal(end, text.length);
      },
    ),
    { numRuns: 400 },
  );
});
