import { isDeepStrictEqual } from 'node:util';
import {
  type Acl,
  advanceTo,
  type DocumentInput,
  decodeWatermark,
  type Manifest,
  type Watermark,
} from '@freshet/shared/contracts';
import { decodeContent, hashContent, type InlineContent, isInline } from '@freshet/shared/document-content';
import { FreshetError } from '@freshet/shared/errors';
import pLimit from 'p-limit';
import type { FreshetClient } from './client.ts';

export interface SyncOptions {
  client: FreshetClient;
  source: string;
  /** Deletes nothing when more than this share of the source's documents, 0 to 1, would go. */
  maxDeleted: number;
  /** Looks at documents alone whose id begins so. */
  prefix?: string | undefined;
  /** Takes documents of this version and newer as there: their source was read for them since. */
  since?: number | undefined;
  signal: AbortSignal;
}

/** A comparison of a source with what the index holds of it, taken before the source is read. */
export interface Sync {
  /** Notes that the source has the document, and says whether the index has the very same. */
  isUnchanged(document: DocumentInput): boolean;
  /** Notes that the source has it, though it could not be read: what the index holds of it stays. */
  keep(documentId: string): void;
  /** Notes that something of the source is unknown: then nothing can be said to be missing. */
  doubt(reason: string): void;
  /** Deletes what the source no longer has, or says why it does not. */
  finish(): Promise<SyncResult>;
}

export interface SyncReport {
  unchanged: number;
  deleted: number;
  /** Why nothing was deleted although documents are missing. */
  refused?: string;
}

export interface SyncResult extends SyncReport {
  /** Partition and offset by which the deletions are applied. */
  watermark: Watermark;
}

const CONCURRENT_DELETIONS = 8;

/** Reads what the index holds of a source. */
export async function beginSync({
  client,
  source,
  maxDeleted,
  prefix,
  since = Number.POSITIVE_INFINITY,
  signal,
}: SyncOptions): Promise<Sync> {
  const held = new Map<string, Manifest>();
  for await (const manifest of client.list(source, signal, prefix)) held.set(manifest.documentId, manifest);
  const missing = new Map([...held].filter(([, { version }]) => version < since));
  let unchanged = 0;
  let doubt: string | undefined;

  function judge(): string | undefined {
    if (missing.size === 0) return undefined;
    const what = `${missing.size} of ${held.size} documents are missing in the source`;
    if (doubt !== undefined) return `${what}, but it was not read whole: ${doubt}`;
    if (missing.size <= held.size * maxDeleted) return undefined;
    return `${what}, more than the share of ${maxDeleted} that may go: look at the source, or raise --max-deleted`;
  }

  return {
    isUnchanged(document) {
      missing.delete(document.documentId);
      const manifest = held.get(document.documentId);
      const isSame = manifest !== undefined && holds(manifest, document);
      if (isSame) unchanged += 1;
      return isSame;
    },
    keep: (documentId) => void missing.delete(documentId),
    doubt(reason) {
      doubt ??= reason;
    },
    async finish() {
      const refused = judge();
      const watermark = new Map<number, number>();
      if (refused !== undefined) return { unchanged, deleted: 0, refused, watermark };
      const limit = pLimit(CONCURRENT_DELETIONS);
      await limit.map(missing.values(), async ({ documentId, version }) => {
        signal.throwIfAborted();
        // At the version that was read: what somebody else wrote since then stays.
        const deletion = await client.delete(source, documentId, signal, version);
        advanceTo(watermark, decodeWatermark(deletion.watermark));
      });
      return { unchanged, deleted: missing.size, watermark };
    },
  };
}

/** Whether sending the document would change nothing. What it leaves open, the fleet decided when it came first. */
function holds(manifest: Manifest, document: DocumentInput): boolean {
  const { title, uri, acl, attributes = {} } = document;
  return (
    hasSameContent(manifest, document) &&
    (title === undefined || manifest.title === title) &&
    manifest.uri === uri &&
    isDeepStrictEqual(manifest.attributes, attributes) &&
    (acl === undefined || isDeepStrictEqual(sorted(manifest.acl), sorted(acl)))
  );
}

/** Of what is elsewhere, its time and its ETag say it: the ETag is among the attributes, which are compared too. */
function hasSameContent({ contentHash, changedAt }: Manifest, document: DocumentInput): boolean {
  if (isInline(document)) return contentHash === hashOf(document);
  return document.attributes?.['etag'] !== undefined && changedAt === document.changedAt;
}

/** `undefined` for content that cannot be sent: the gateway says what is wrong with it. */
function hashOf(document: InlineContent): string | undefined {
  try {
    return hashContent(decodeContent(document));
  } catch (error) {
    if (error instanceof FreshetError) return undefined;
    throw error;
  }
}

function sorted(acl: Acl): Acl {
  return 'public' in acl ? acl : { allow: [...new Set(acl.allow)].sort() };
}
