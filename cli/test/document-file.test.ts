import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readInputs } from '../input/read-inputs.ts';

test('a folder gives a document for each file that can be sent, and a reason for each that cannot', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-files-'));
  t.after(() => rm(folder, { recursive: true }));
  const latin = (text: string) => Buffer.from(text, 'latin1');
  const files: Record<string, string | Buffer> = {
    'a.pdf': '%PDF-1.7',
    'b.DOCX': latin('PK\x03\x04'),
    'c.pptx': latin('PK\x03\x04'),
    'd.xlsx': latin('PK\x03\x04'),
    'e.csv': 'a,b\n1,ü',
    'f.tsv': 'a\tb',
    'g.json': '{"a":1}',
    'h.eml': latin('Subject: caf\xe9\r\n\r\nx'),
    'i.html': latin('<meta charset="iso-8859-1"><p>caf\xe9'),
    'j.md': '---\ntitle: Leave\n---\n\nText.',
    'k.txt': Buffer.from('\ufeffcafé', 'utf16le'),
    'l.txt': latin('caf\xe9'),
    'm.pdf': '',
    'n.pdf': Buffer.alloc(512 * 1024 + 1),
    'o.doc': 'x',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const settings = { source: 'files', signal: new AbortController().signal };
  const items = await Array.fromAsync(readInputs([folder], settings));
  assert.deepEqual(
    items.map((item) =>
      'document' in item
        ? [
            item.document.documentId,
            item.document.mediaType.split('.').at(-1),
            item.document.contentEncoding ?? 'text',
          ]
        : [item.skipped.name, item.skipped.reason],
    ),
    [
      ['a.pdf', 'application/pdf', 'base64'],
      ['b.DOCX', 'document', 'base64'],
      ['c.pptx', 'presentation', 'base64'],
      ['d.xlsx', 'sheet', 'base64'],
      ['e.csv', 'text/csv', 'text'],
      ['f.tsv', 'text/csv', 'text'],
      ['g.json', 'application/json', 'text'],
      ['h.eml', 'message/rfc822', 'base64'],
      ['i.html', 'text/html', 'base64'],
      ['j.md', 'text/markdown', 'text'],
      ['k.txt', 'text/plain', 'base64'],
      ['l.txt', 'is not UTF-8'],
      ['m.pdf', 'is empty'],
      ['n.pdf', 'is larger than 512 KiB'],
      ['o.doc', 'files of type .doc are not read'],
    ],
  );
  for (const item of items) {
    if (!('document' in item) || !item.document.contentEncoding) continue;
    const { documentId, content } = item.document;
    assert.deepEqual(Buffer.from(content ?? '', 'base64'), Buffer.from(files[documentId] ?? ''));
  }
});
