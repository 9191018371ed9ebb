import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIA_TYPES, readContentType, UpsertedDocument } from '../contracts/index.ts';
import { decodeContent } from '../document-content.ts';
import { createValidator } from '../validation.ts';

const MAX = 512 * 1024;
const base64 = (content: string | Uint8Array, mediaType = 'application/pdf') =>
  decodeContent({ content: Buffer.from(content).toString('base64'), contentEncoding: 'base64', mediaType });
const text = (content: string, mediaType = 'text/plain') => decodeContent({ content, mediaType });

test('content in base64 is bytes, other content is the text itself', () => {
  assert.deepEqual(base64('%PDF-'), new Uint8Array(Buffer.from('%PDF-')));
  assert.deepEqual(base64('caf\u00e9', 'text/plain'), new Uint8Array(Buffer.from('café')));
  assert.equal(text('aGk='), 'aGk=');
});

test('the limit counts bytes: of UTF-8, or those that were encoded', () => {
  const tooLarge = { code: 'FRESHET_CONTENT_TOO_LARGE' };
  assert.equal(base64(new Uint8Array(MAX)).length, MAX);
  assert.throws(() => base64(new Uint8Array(MAX + 1)), tooLarge);
  assert.equal(text('x'.repeat(MAX)).length, MAX);
  assert.throws(() => text('ü'.repeat(MAX / 2 + 1)), tooLarge);
  assert.throws(
    () => decodeContent({ content: ' '.repeat(MAX * 2), contentEncoding: 'base64', mediaType: 'text/plain' }),
    tooLarge,
  );
});

test('what is not base64, and binary types that are not encoded, are refused', () => {
  const invalid = { code: 'FRESHET_CONTENT_ENCODING_INVALID', status: 422 };
  for (const content of ['%PDF-1.7', 'aGk', 'aGk=x', 'aGl=', 'a-_k', '====']) {
    const document = { content, contentEncoding: 'base64', mediaType: 'application/pdf' } as const;
    assert.throws(() => decodeContent(document), invalid, content);
  }
  assert.throws(() => text('%PDF-1.7', 'application/pdf'), { ...invalid, message: /base64/ });
});

test('a media type may have parameters; what is none or not read is no media type', () => {
  const { check } = createValidator(UpsertedDocument.properties.mediaType);
  for (const known of MEDIA_TYPES) {
    for (const parameters of ['', ';charset=utf-8', '; charset="iso-8859-1"; header=present']) {
      assert.ok(check(known + parameters), known + parameters);
      assert.equal(readContentType(known + parameters)?.mediaType, known);
    }
  }
  assert.equal(readContentType('text/html; charset="Iso-8859-1"')?.charset, 'Iso-8859-1');
  for (const wrong of [
    'application/msword',
    'text/plainx',
    'text/plain;',
    'text/plain; charset',
    'text',
    '',
    'textXhtml',
  ]) {
    assert.ok(!check(wrong), wrong);
  }
  assert.equal(readContentType('application/msword'), undefined);
});
