import { MAX_REFERENCED_BYTES, type UpsertedDocument } from '@freshet/shared/contracts';
import { decodeContent, isInline } from '@freshet/shared/document-content';
import { FreshetError } from '@freshet/shared/errors';
import { createByteBudget } from './byte-budget.ts';
import { readBounded } from './read-bounded.ts';

/** Content that is elsewhere, opened and not yet read. */
export interface OpenedContent {
  /** As it is declared; unknown where nobody says. */
  length: number | undefined;
  body: AsyncIterable<Uint8Array>;
  /** Ends what was not read. */
  close(): Promise<void>;
}

/** One way to fetch: opens a URL of its scheme, or says by a coded error why it does not. */
export type OpenContent = (url: URL, signal: AbortSignal) => Promise<OpenedContent>;

export interface ContentReader {
  /**
   * Hands a document's content to `work`, whether it was sent along or is elsewhere, and counts its bytes as held
   * until `work` is done.
   * @throws {FreshetError} of status 422 or 413 for what can never be read, `FRESHET_CONTENT_UNAVAILABLE` for what
   * may be read later
   */
  use<Result>(
    document: UpsertedDocument,
    signal: AbortSignal,
    work: (content: string | Uint8Array<ArrayBuffer>) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

export interface ContentReaderOptions {
  /** By scheme, with its colon; others are refused. */
  schemes: ReadonlyMap<string, OpenContent>;
  /** Most bytes of fetched content that are held at once, of all documents together. */
  budgetBytes: number;
  maxBytes?: number;
  /** Longest time of one fetch with its wait for the budget, in milliseconds. */
  timeoutMs: number;
  close?: () => Promise<void>;
}

/** Content of documents, inline or fetched, within a bound of memory. */
export function createContentReader({
  schemes,
  budgetBytes,
  maxBytes = MAX_REFERENCED_BYTES,
  timeoutMs,
  close = async () => {},
}: ContentReaderOptions): ContentReader {
  const budget = createByteBudget(budgetBytes);

  function opener(url: URL): OpenContent {
    const open = schemes.get(url.protocol);
    if (open) return open;
    throw new FreshetError('FRESHET_CONTENT_URL_REFUSED', {
      detail: `Content is not fetched by ${url.protocol.slice(0, -1)}.`,
    });
  }

  async function fetchWithin<Result>(
    url: URL,
    signal: AbortSignal,
    work: (content: Uint8Array<ArrayBuffer>) => Promise<Result>,
  ): Promise<Result> {
    const open = opener(url);
    const fetching = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const opened = await open(url, fetching);
    try {
      const { length } = opened;
      if (length !== undefined && length > maxBytes) throw tooLarge(url, maxBytes);
      // Of what does not say how much it is, as much as may come.
      return await budget.hold(length ?? maxBytes, fetching, async () => {
        const bytes = await readBounded(opened, { maxBytes, signal: fetching }).catch((cause) => {
          throw toReadError(url, cause, signal);
        });
        if (bytes === undefined) throw tooLarge(url, maxBytes);
        if (bytes.length === 0) {
          throw new FreshetError('FRESHET_CONTENT_EMPTY', { detail: `${nameOf(url)} is empty.` });
        }
        return work(bytes);
      });
    } finally {
      await opened.close();
    }
  }

  return {
    use(document, signal, work) {
      if (isInline(document)) return work(decodeContent(document));
      return fetchWithin(parseUrl(document.contentUrl ?? ''), signal, work);
    },
    close,
  };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url) return url;
  throw new FreshetError('FRESHET_CONTENT_URL_REFUSED', { detail: 'The contentUrl is no URL.' });
}

/** A URL without its query, which may carry a signature, for logs and dead letters. */
export function nameOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function tooLarge(url: URL, maxBytes: number): FreshetError {
  const detail = `${nameOf(url)} has more than ${maxBytes / 1024 / 1024} MiB: split the document.`;
  return new FreshetError('FRESHET_CONTENT_TOO_LARGE', { detail });
}

function toReadError(url: URL, cause: unknown, signal: AbortSignal): unknown {
  signal.throwIfAborted();
  if (cause instanceof FreshetError) return cause;
  return new FreshetError('FRESHET_CONTENT_UNAVAILABLE', { detail: `${nameOf(url)} broke off.`, cause });
}
