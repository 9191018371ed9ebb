import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FreshetError } from '@freshet/shared/errors';
import { nameOf, type OpenContent } from './content-reader.ts';

/** Codes of a file that is not there or may not be read; others may pass. */
const UNREADABLE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
  'ENXIO',
]);

/** Reads files below these folders; a link that leads out of them is refused. */
export function createFileContent({ roots }: { roots: readonly string[] }): OpenContent {
  return async (url) => {
    const path = toPath(url);
    try {
      const real = await realpath(path);
      const allowed = await Promise.all(roots.map((root) => realpath(root)));
      if (!allowed.some((root) => real.startsWith(root.endsWith(sep) ? root : root + sep))) {
        throw refused(url, 'is in no folder that CONTENT_FILE_ROOTS names');
      }
      // Not followed, should it have become a link meanwhile; not waited for, should it be a pipe.
      const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const info = await file.stat();
      if (!info.isFile()) {
        await file.close();
        throw new FreshetError('FRESHET_CONTENT_URL_UNREADABLE', { detail: `${nameOf(url)} is no file.` });
      }
      const body = file.createReadStream({ autoClose: false });
      return { length: info.size, body, close: () => file.close() };
    } catch (cause) {
      if (cause instanceof FreshetError) throw cause;
      const { code = '', message } = cause as NodeJS.ErrnoException;
      const isGone = UNREADABLE.has(code);
      throw new FreshetError(isGone ? 'FRESHET_CONTENT_URL_UNREADABLE' : 'FRESHET_CONTENT_UNAVAILABLE', {
        detail: `${nameOf(url)} cannot be read: ${code || message}.`,
        cause,
      });
    }
  };
}

function toPath(url: URL): string {
  if (url.host !== '') throw refused(url, 'names another host');
  try {
    return fileURLToPath(url);
  } catch {
    throw refused(url, 'is no path');
  }
}

function refused(url: URL, why: string): FreshetError {
  return new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail: `${nameOf(url)} ${why}.` });
}
