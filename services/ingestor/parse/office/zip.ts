import { FreshetError } from '@freshet/shared/errors';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { LIMITS, tooMany } from '../limits.ts';

export interface ZipArchive {
  has(name: string): boolean;
  /**
   * One entry, unpacked.
   * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE` where it is missing or broken, `FRESHET_CONTENT_BOMB`,
   * `FRESHET_CONTENT_ENCRYPTED`
   */
  read(name: string): Promise<Buffer>;
}

/**
 * Opens a zip archive in memory. What it says that it unpacks to is bounded before anything is unpacked, and while
 * an entry is unpacked it is held to what it said.
 * @throws {FreshetError} `FRESHET_CONTENT_UNREADABLE`, `FRESHET_CONTENT_BOMB`, `FRESHET_CONTENT_TOO_COMPLEX`
 */
export async function openZip(bytes: Uint8Array): Promise<ZipArchive> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const zip = await fromBufferPromise(buffer, { lazyEntries: true }).catch(fail);
  if (zip.entryCount > LIMITS.zipEntries) throw tooMany('zipEntries', 'files of an archive');
  const entries = await readDirectory(zip).catch(fail);
  let unpacked = 0;
  return {
    has: (name) => entries.has(name),
    async read(name) {
      const entry = entries.get(name);
      if (!entry) throw unreadable(`The archive has no ${name}.`);
      if (entry.isEncrypted()) throw new FreshetError('FRESHET_CONTENT_ENCRYPTED');
      unpacked += entry.uncompressedSize;
      // The same entry may be read more than once.
      if (unpacked > 2 * LIMITS.zipBytes) throw bomb();
      return inflate(zip, entry).catch(fail);
    },
  };
}

async function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    const { uncompressedSize, compressedSize } = entry;
    total += uncompressedSize;
    const isDense =
      uncompressedSize > LIMITS.zipFreeBytes && uncompressedSize > compressedSize * LIMITS.zipRatio;
    if (total > LIMITS.zipBytes || isDense) throw bomb();
    entries.set(entry.fileName, entry);
  }
  return entries;
}

async function inflate(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = await zip.openReadStreamPromise(entry);
  // The stream fails as soon as an entry unpacks to more than the directory says.
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function fail(cause: unknown): never {
  if (cause instanceof FreshetError) throw cause;
  const { message } = cause as Error;
  if (/too many bytes/.test(message)) throw bomb();
  throw unreadable(`The archive is broken or cut off: ${message}.`, cause);
}

function bomb(): FreshetError {
  const most = LIMITS.zipBytes / 1024 / 1024;
  return new FreshetError('FRESHET_CONTENT_BOMB', {
    detail: `The archive unpacks to more than ${most} MiB, more than ${LIMITS.zipRatio} times its size, or more than it says.`,
  });
}

function unreadable(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CONTENT_UNREADABLE', { detail, cause });
}
