import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Acl, DocumentInput, Manifest } from '@freshet/shared/contracts';
import type { FreshetClient } from './client.ts';

export interface SyncOptions {
  client: FreshetClient;
  source: string;
  /** Deletes nothing when more than this share of the source's documents, 0 to 1, would go. */
  maxDeleted: number;
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
  finish(): Promise<SyncReport>;
}

export interface SyncReport {
  unchanged: number;
  deleted: number;
  /** Why nothing was deleted although documents are missing. */
  refused?: string;
}

/** Reads what the index holds of a source. */
export async function beginSync({ client, source, maxDeleted, signal }: SyncOptions): Promise<Sync> {
  const held = new Map<string, Manifest>();
  for await (const manifest of client.list(source, signal)) held.set(manifest.documentId, manifest);
  const missing = new Map(held);
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
      if (refused !== undefined) return { unchanged, deleted: 0, refused };
      for (const { documentId, version } of missing.values()) {
        signal.throwIfAborted();
        // At the version that was read: what somebody else wrote since then stays.
        await client.delete(source, documentId, signal, version);
      }
      return { unchanged, deleted: missing.size };
    },
  };
}

/** Whether sending the document would change nothing. What it leaves open, the fleet decided when it came first. */
function holds(manifest: Manifest, document: DocumentInput): boolean {
  const { content, title, uri, acl, attributes = {} } = document;
  return (
    manifest.contentHash === createHash('sha256').update(content).digest('hex') &&
    (title === undefined || manifest.title === title) &&
    manifest.uri === uri &&
    isDeepStrictEqual(manifest.attributes, attributes) &&
    (acl === undefined || isDeepStrictEqual(sorted(manifest.acl), sorted(acl)))
  );
}

function sorted(acl: Acl): Acl {
  return 'public' in acl ? acl : { allow: [...new Set(acl.allow)].sort() };
}
