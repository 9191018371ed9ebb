import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { storageToHtml } from '../../confluence/storage-format.ts';

const macro = (name: string, body: string, title = '') =>
  `<ac:structured-macro ac:name="${name}">${title && `<ac:parameter ac:name="title">${title}</ac:parameter>`}${body}</ac:structured-macro>`;
const cases: [name: string, storage: string, html: string][] = [
  [
    'text with the entities of HTML',
    '<p>a&nbsp;&mdash; &lt;b&gt; &#128512;</p>',
    '<p>a\u00a0— &#x3C;b> 😀</p>',
  ],
  [
    'code, as it was written',
    macro('code', '<ac:plain-text-body><![CDATA[if (a < b && c) "&amp;"]]></ac:plain-text-body>', 'Listing'),
    '<p><strong>Listing</strong></p><pre><code>if (a &#x3C; b &#x26;&#x26; c) "&#x26;amp;"</code></pre>',
  ],
  [
    'the body of a panel, nested macros too',
    macro(
      'info',
      `<ac:rich-text-body><p>Note</p>${macro('expand', '<ac:rich-text-body><p>More</p></ac:rich-text-body>', 'Open me')}</ac:rich-text-body>`,
    ),
    '<div><p>Note</p><p><strong>Open me</strong></p><div><p>More</p></div></div>',
  ],
  [
    'nothing of a macro without a body',
    `<p>a</p>${macro('toc', '<ac:parameter ac:name="maxLevel">2</ac:parameter>')}`,
    '<p>a</p>',
  ],
  [
    'nothing of raw HTML',
    `<p>a</p>${macro('html', '<ac:plain-text-body><![CDATA[<script>x</script>]]></ac:plain-text-body>')}`,
    '<p>a</p>',
  ],
  ['the text of a status', `<p>${macro('status', '', 'DONE')}</p>`, '<p>DONE</p>'],
  [
    'the text of a link',
    '<p><ac:link><ri:page ri:content-title="Home"/><ac:plain-text-link-body><![CDATA[the home <page>]]></ac:plain-text-link-body></ac:link></p>',
    '<p>the home &#x3C;page></p>',
  ],
  [
    'the title of a page that is linked without a text',
    '<p><ac:link><ri:page ri:content-title="R&amp;D"/></ac:link></p>',
    '<p>R&#x26;D</p>',
  ],
  [
    'tasks as a list',
    '<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Ship</ac:task-body></ac:task><ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body><span>Test</span></ac:task-body></ac:task></ac:task-list>',
    '<ul><li>[x] Ship</li><li>[ ] <span>Test</span></li></ul>',
  ],
  [
    'tables',
    '<table><tbody><tr><th>Port</th></tr><tr><td>80</td></tr></tbody></table>',
    '<table><tbody><tr><th>Port</th></tr><tr><td>80</td></tr></tbody></table>',
  ],
  [
    'what an image shows',
    '<p><ac:image ac:alt="A &quot;map&quot;"><ri:attachment ri:filename="m.png"/></ac:image></p>',
    '<p><img alt="A &#x22;map&#x22;"></p>',
  ],
  ['emoticons', '<p>ok <ac:emoticon ac:name="smile" ac:emoji-fallback="😀"/></p>', '<p>ok 😀</p>'],
  [
    'the cells of a layout',
    '<ac:layout><ac:layout-section ac:type="two_equal"><ac:layout-cell><p>left</p></ac:layout-cell><ac:layout-cell><p>right</p></ac:layout-cell></ac:layout-section></ac:layout>',
    '<div><p>left</p></div><div><p>right</p></div>',
  ],
  [
    'what older readers see of a new element',
    '<ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">note</ac:adf-attribute></ac:adf-node><ac:adf-fallback><div><p>careful</p></div></ac:adf-fallback></ac:adf-extension>',
    '<div><p>careful</p></div>',
  ],
  ['right-to-left text', '<p dir="rtl">שלום עולם</p>', '<p>שלום עולם</p>'],
  [
    'malformed markup as far as it goes',
    '<p>open <strong>bold</p><p>next',
    '<p>open <strong>bold</strong></p><p>next</p>',
  ],
  [
    'no element that could swallow the rest',
    '<plaintext>a</plaintext><p>b</p><title>c</title>',
    'a<p>b</p>c',
  ],
];

for (const [name, storage, html] of cases) {
  test(`storage format gives ${name}`, () => assert.equal(storageToHtml(storage), html));
}

test('a page that shows no text gives nothing', () => {
  for (const storage of ['', '  ', '<p>&nbsp; </p>', '<p /><hr/>', macro('children', '')]) {
    assert.equal(storageToHtml(storage), '');
  }
});

test('markup that is nested too deep is refused by name', () => {
  const deep = '<div>'.repeat(50_000);
  assert.throws(() => storageToHtml(`${deep}text`), { code: 'FRESHET_CONTENT_UNREADABLE' });
});

test('whatever text a page has comes out, and never as markup', () => {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      fc.pre(text.trim() !== '');
      const html = storageToHtml(`<p>${escaped(text)}</p>`);
      const back = html.replaceAll('&#x3C;', '<').replaceAll('&#x26;', '&');
      assert.equal(back, `<p>${text}</p>`);
    }),
  );
});
