import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { createBlockBuilder, type ParsedDocument } from '../../parse/blocks.ts';
import { openDocumentParser } from '../../parse/parser.ts';
import { makeEmail } from './samples/email.ts';
import { DOCX, PDF, PPTX, XLSX } from './samples/media-types.ts';
import { handbookDocx, handbookPptx, handbookXlsx } from './samples/office.ts';
import { handbookPdf } from './samples/pdf.ts';

/** Archives are stored, not packed, so that damage reaches the XML in them. */
const samples: Record<string, () => Promise<Uint8Array>> = {
  [PDF]: handbookPdf,
  [DOCX]: async () => handbookDocx(0),
  [PPTX]: async () => handbookPptx(0),
  [XLSX]: async () => handbookXlsx(0),
  'message/rfc822': async () =>
    Buffer.from(
      makeEmail('Leave', [
        { type: 'text/html; charset=utf-8', content: '<h1>Leave</h1><p>ü' },
        { type: 'text/csv', name: 'a.csv', content: Buffer.from('a,b\n1,2') },
        { type: 'message/rfc822', content: makeEmail('In', [{ type: 'text/plain', content: 'x' }]) },
      ]),
    ),
  'text/csv': async () => Buffer.from('a;b;c\n1;"x;y";3\n"é";"""";\n'),
  'application/json': async () => Buffer.from('{"a":[{"name":"x","b":{"c":[1,null,"é"]}}],"d":true}'),
  'text/html': async () => Buffer.from('<main><h1>A</h1><table><tr><th>b<td>c</table><ul><li>d</ul></main>'),
};

/** What happens to a file on its way: cut off, bytes changed, a piece doubled. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    kind: fc.constant('flip' as const),
    bytes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  fc.record({ kind: fc.constant('double' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

function apply(how: typeof damage extends fc.Arbitrary<infer Damage> ? Damage : never, sample: Uint8Array) {
  const position = (share: number) => Math.min(sample.length - 1, Math.floor(share * sample.length));
  if (how.kind === 'cut') return sample.slice(0, position(how.at));
  if (how.kind === 'double')
    return new Uint8Array(Buffer.concat([sample.slice(0, position(how.at)), sample]));
  const copy = new Uint8Array(sample);
  for (const [share, mask] of how.bytes) copy[position(share)]! ^= mask;
  return copy;
}

for (const [mediaType, make] of Object.entries(samples)) {
  let sample: Uint8Array;
  before(async () => {
    sample = await make();
  });

  test(`${mediaType}: a damaged file gives a result or a refusal, and the thread lives on`, {
    timeout: 300_000,
  }, async (t) => {
    const parser = openDocumentParser({ tokenizer: undefined, maxTokens: 256 });
    t.after(() => parser.close());
    const parseBytes = (content: Uint8Array) => parser.parse({ content, mediaType, title: undefined });
    assert.ok((await parseBytes(new Uint8Array(sample))).drafts.length > 0);
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        try {
          await parseBytes(apply(how, sample));
        } catch (error) {
          const { status, code, message } = error as { status?: number; code?: string; message: string };
          assert.equal(status, 422, message);
          assert.match(String(code), /^FRESHET_CONTENT_/, message);
          assert.doesNotMatch(message, /Parsing failed/);
        }
      }),
      { numRuns: 150 },
    );
    assert.ok((await parseBytes(new Uint8Array(sample))).drafts.length > 0);
  });
}

const textsOf = ({ text, blocks }: ParsedDocument) =>
  blocks.map(({ span }) => text.slice(span.start, span.end));

const kinds = fc.constantFrom('heading', 'text', 'item', 'table', 'code');
const words = fc.string({ unit: 'binary', maxLength: 40 });

test('whatever blocks are added, and appended from another document, spans give back their texts', () => {
  const added = fc.array(fc.tuple(kinds, words, fc.integer({ min: 1, max: 6 })), { maxLength: 30 });
  fc.assert(
    fc.property(added, added, fc.integer({ min: 0, max: 6 }), (outer, inner, deeper) => {
      const build = (blocks: typeof outer) => {
        const builder = createBlockBuilder();
        for (const [kind, text, level] of blocks) builder.add(kind, text, kind === 'heading' ? level : 0);
        return builder;
      };
      const embedded = build(inner).finish();
      const builder = build(outer);
      const before = textsOf(builder.finish());
      builder.append(embedded, deeper);
      const { text, blocks } = builder.finish();
      assert.deepEqual(textsOf({ text, blocks }), [...before, ...textsOf(embedded)]);
      let end = 0;
      for (const { kind, level, span } of blocks) {
        assert.match(text.slice(end, span.start), /^\s*$/);
        assert.equal(kind === 'heading', level >= 1 && level <= 6);
        end = span.end;
      }
      assert.equal(end, text.length);
      assert.ok(text.isWellFormed());
    }),
  );
});
