/**
 * Systems that documents come from, as a port: how such a system says that something changed, and how its present
 * state is read. Adapters: confluence/, zendesk/ and s3/.
 */
import type { DeletedDocument, UpsertedDocument } from '@freshet/shared/contracts';
import type { FreshetError } from '@freshet/shared/errors';

/** Says that an object of the source changed, not how: its present state is read later. */
export interface Notice {
  /** The adapter's own word, such as `page` or `ticket`. */
  kind: string;
  /** The object's id in the source. */
  id: string;
  /** Where a list goes on that is too long for one read. */
  cursor?: string;
}

/**
 * A document as its source has it now. What can never be taken is refused under the code of `error`: its document is
 * deleted, because what the index has of it may be what the source has since closed.
 */
export type SourceChange =
  | { type: 'upserted'; document: UpsertedDocument }
  | { type: 'deleted'; document: DeletedDocument }
  | { type: 'refused'; document: DeletedDocument; error: FreshetError };

export interface WebhookRequest {
  /** Names in lower case, as Node gives them. */
  headers: Record<string, string | string[] | undefined>;
  /** The bytes that were signed. */
  rawBody: Buffer;
}

/** The side of a source that calls: it needs the secret of the webhook, and no credentials. */
export interface WebhookReceiver {
  readonly name: string;
  /**
   * Checks the signature of a webhook and says which objects changed; none for an event that concerns no document.
   * @throws {FreshetError} `FRESHET_SIGNATURE_INVALID`, `FRESHET_BODY_MALFORMED`, `FRESHET_REQUEST_INVALID`.
   */
  receive(request: WebhookRequest): Notice[];
}

/** A document that the index holds, as far as a source wants to know it. */
export interface HeldDocument {
  documentId: string;
  uri?: string;
}

/** Lists what the index holds of a source, once it has all that was sent before; of ids alone that begin so. */
export type ListHeld = (
  of: { tenant: string; source: string; prefix: string },
  signal: AbortSignal,
) => AsyncIterable<HeldDocument>;

export interface ReadResult {
  changes: SourceChange[];
  /** Further objects that have to be read because of this one. */
  notices: Notice[];
  /** Of what is refused and names no document, such as a line that is no record. */
  unreadable?: FreshetError[];
}

export interface BackfillPage {
  changes: SourceChange[];
  /** Where `backfill` goes on after this page. */
  cursor: string;
  unreadable?: FreshetError[];
}

/**
 * The side of a source that is called. The version of a change is a clock in microseconds, taken before the first
 * request of the read: a read that began later saw at least what an earlier one saw, so it may win. A source's own
 * revision would not do, since a change of permissions raises none. A read waits as long as a rate limit tells it to,
 * and fails with `FRESHET_SOURCE_UNAVAILABLE` or `FRESHET_SOURCE_REFUSED`.
 */
export interface SourceReader {
  readonly name: string;
  readonly tenant: string;
  readonly source: string;
  /** Reads the present state of an object; what is not published, or not there, is a deletion. */
  read(notice: Notice, signal: AbortSignal): Promise<ReadResult>;
  /**
   * Reads everything, page by page, from the beginning or from after the page whose cursor is given; changes meanwhile
   * come by webhooks.
   */
  backfill(cursor: string | undefined, signal: AbortSignal): AsyncGenerator<BackfillPage>;
  close(): Promise<void>;
}
