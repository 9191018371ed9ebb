import type { MediaType } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';

/** What first bytes, in Latin-1 and from an offset on, tell. */
const MARKS: readonly (readonly [string, number, string])[] = [
  ['PK\x03\x04', 0, 'a zip archive'],
  ['PK\x05\x06', 0, 'a zip archive'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 0, 'an Office file of before 2007'],
  ['\x89PNG\r\n', 0, 'an image'],
  ['\xff\xd8\xff', 0, 'an image'],
  ['GIF87a', 0, 'an image'],
  ['GIF89a', 0, 'an image'],
  ['II*\0', 0, 'an image'],
  ['MM\0*', 0, 'an image'],
  ['WEBP', 8, 'an image'],
  ['\x1f\x8b\x08', 0, 'an archive'],
  ['7z\xbc\xaf\x27\x1c', 0, 'an archive'],
  ['Rar!\x1a\x07', 0, 'an archive'],
  ['\xfd7zXZ\0', 0, 'an archive'],
  ['\x28\xb5\x2f\xfd', 0, 'an archive'],
  ['\x7fELF', 0, 'a program'],
  ['\0asm', 0, 'a program'],
  ['OggS\0', 0, 'audio or video'],
  ['ID3\x03', 0, 'audio or video'],
  ['ID3\x04', 0, 'audio or video'],
];

const PACKAGES = /^application\/vnd\.openxmlformats-officedocument\./;
/** Where a password is set, Office puts the package into the older container, in a stream of this name. */
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le');

/**
 * Refuses bytes whose first ones contradict the media type.
 * @throws {FreshetError} `FRESHET_CONTENT_MISLABELLED`, `FRESHET_CONTENT_ENCRYPTED`
 */
export function refuseMislabelledBytes(bytes: Uint8Array, mediaType: MediaType): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = buffer.toString('latin1', 0, 1100);
  const what = whatIs(head);
  const isRight = PACKAGES.test(mediaType)
    ? what === 'a zip archive'
    : mediaType === 'application/pdf'
      ? /%PDF-\d/.test(head)
      : what === undefined;
  if (isRight) return;
  if (PACKAGES.test(mediaType) && what?.startsWith('an Office') && buffer.includes(ENCRYPTED_PACKAGE))
    throw new FreshetError('FRESHET_CONTENT_ENCRYPTED');
  throw mislabelled(mediaType, what);
}

function whatIs(head: string): string | undefined {
  if (/^\s*%PDF-\d/.test(head)) return 'a PDF';
  return MARKS.find(([mark, offset]) => head.startsWith(mark, offset))?.[2];
}

/**
 * Refuses what was called text and is none: control characters by the dozen, or the mark of another format.
 * @throws {FreshetError} `FRESHET_CONTENT_MISLABELLED`
 */
export function refuseBinaryText(text: string, mediaType: MediaType): void {
  const head = text.slice(0, 4096);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such bytes are what binary content is known by.
  const odd = head.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  if (odd >= 8 && odd > head.length / 10) throw mislabelled(mediaType, 'binary');
  const what = whatIs(head);
  if (what) throw mislabelled(mediaType, what);
}

export function mislabelled(mediaType: MediaType, what: string | undefined): FreshetError {
  const found = what ? `, it is ${what}` : '';
  return new FreshetError('FRESHET_CONTENT_MISLABELLED', {
    detail: `The content is not ${mediaType}${found}.`,
  });
}
