import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import type { DocumentInput } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { FORMATS } from '@freshet/sources/files/formats';
import type { FileItem } from '@freshet/sources/files/item';
import { readBeirCorpus } from './beir.ts';
import { readDocumentFile } from './document-file.ts';
import { fetchDocument, readUrlList } from './urls.ts';

/**
 * One document to send, or why a file gives none. With `load` the document says where its content is, and `load` reads
 * it, for whoever finds that it has to be sent.
 */
export type InputItem =
  | { document: DocumentInput; load?: () => Promise<FileItem> }
  | Extract<FileItem, { skipped: unknown }>;

export interface InputSettings {
  source: string;
  signal: AbortSignal;
}

/** Documents of files, folders, BEIR folders, lists of URLs and single URLs, in a stable order. */
export async function* readInputs(
  paths: readonly string[],
  settings: InputSettings,
): AsyncGenerator<InputItem> {
  for (const path of paths) {
    settings.signal.throwIfAborted();
    if (path.startsWith('s3://')) {
      // Loaded here: whoever reads files needs no client of S3.
      const { readBucket } = await import('./s3.ts');
      yield* readBucket(path, settings);
    } else if (/^https?:\/\//.test(path)) yield await fetchDocument(path, settings);
    else yield* readPath(path, settings);
  }
}

async function* readPath(path: string, settings: InputSettings): AsyncGenerator<InputItem> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file or folder' : cause.message;
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: `${path}: ${reason}.`, cause });
  });
  if (info.isFile()) {
    const urls = await readUrlList(path);
    if (urls) yield* fetchAll(urls, settings);
    else yield* readDocumentFile(path, basename(path), settings);
    return;
  }
  const names = await readdir(path);
  if (names.includes('corpus.jsonl') && names.includes('queries.jsonl')) {
    yield* readBeirCorpus(join(path, 'corpus.jsonl'), settings);
  } else yield* readFolder(path, settings);
}

async function* fetchAll(urls: readonly string[], settings: InputSettings): AsyncGenerator<InputItem> {
  for (const url of urls) {
    settings.signal.throwIfAborted();
    yield await fetchDocument(url, settings);
  }
}

async function* readFolder(root: string, settings: InputSettings): AsyncGenerator<InputItem> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isLeftOut(root, file))
    .sort();
  for (const file of files) {
    settings.signal.throwIfAborted();
    yield* readFileOf(root, file, settings);
  }
}

/** Whether a file or folder below a root is left out: what is hidden, and packages. */
export function isLeftOut(root: string, path: string): boolean {
  return relative(root, path)
    .split(sep)
    .some((part) => part.startsWith('.') || part === 'node_modules');
}

/** The name of a file below a root, which is also the id of its document. */
export function nameBelow(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}

/** The documents of one file of a folder. */
export async function* readFileOf(
  root: string,
  file: string,
  settings: InputSettings,
): AsyncGenerator<InputItem> {
  const name = nameBelow(root, file);
  const extension = extname(file).toLowerCase();
  if (extension in FORMATS) yield* readDocumentFile(file, name, settings);
  else {
    const reason = `files of type ${extension || 'none'} are not read`;
    yield { skipped: { name, documentId: name, code: 'FRESHET_MEDIA_TYPE_UNSUPPORTED', reason } };
  }
}
