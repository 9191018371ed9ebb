import { setTimeout as pause } from 'node:timers/promises';
import {
  type Acl,
  advanceTo,
  type DocumentInput,
  decodeWatermark,
  hasReached,
  type Refusal,
  type Watermark,
} from '@freshet/shared/contracts';
import type { SkippedInput } from '@freshet/sources/files/item';
import pLimit from 'p-limit';
import type { FreshetClient, WrittenDocument } from './client.ts';
import type { InputItem } from './input/read-inputs.ts';
import type { Sync, SyncReport } from './sync.ts';

export interface IngestOptions {
  client: FreshetClient;
  items: AsyncIterable<InputItem>;
  /** For documents that say nothing of who may see them. */
  acl?: Acl | undefined;
  /** Sends what is not in the index as it is here, and deletes what is no longer here. */
  sync?: Sync | undefined;
  signal: AbortSignal;
  onProgress?: (progress: IngestProgress) => void;
}

export interface IngestProgress {
  stage: 'sending' | 'indexing';
  done: number;
  total?: number;
}

export interface IngestReport {
  sent: number;
  indexed: number;
  skipped: SkippedInput[];
  sync?: SyncReport;
}

const BATCH_DOCUMENTS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;
const POLL_MS = 100;

/**
 * Sends documents in batches, each of which the gateway takes whole, and waits until all are searchable. When it
 * is interrupted, what was sent stays sent and is indexed; running it again changes nothing that is already there.
 */
export async function ingest({
  client,
  items,
  acl,
  sync,
  signal,
  onProgress = () => {},
}: IngestOptions): Promise<IngestReport> {
  const skipped: IngestReport['skipped'] = [];
  const written: WrittenDocument[] = [];
  const visible: WrittenDocument[] = [];
  const target = new Map<number, number>();
  const before = decodeWatermark((await client.status(signal)).watermark);
  let batch: DocumentInput[] = [];
  let bytes = 0;

  const send = async () => {
    if (batch.length === 0) return;
    const documents = batch;
    batch = [];
    bytes = 0;
    const { accepted, refused, watermark } = await client.write(documents, signal);
    written.push(...accepted);
    visible.push(...accepted.filter(({ index }) => !isRestricted(documents[index])));
    advanceTo(target, decodeWatermark(watermark));
    for (const { index, code, detail } of refused) {
      skipped.push({ name: documents[index]?.documentId ?? String(index), code, reason: detail });
    }
    onProgress({ stage: 'sending', done: written.length });
  };

  const skip = (item: SkippedInput) => {
    skipped.push(item);
    if (item.documentId === undefined) sync?.doubt(`${item.name} ${item.reason}`);
    else sync?.keep(item.documentId);
  };
  const withAcl = (document: DocumentInput) => (acl && !document.acl ? { ...document, acl } : document);

  for await (const item of items) {
    signal.throwIfAborted();
    if ('skipped' in item) {
      skip(item.skipped);
      continue;
    }
    if (sync?.isUnchanged(withAcl(item.document))) continue;
    const loaded = item.load ? await item.load() : item;
    if ('skipped' in loaded) {
      skip(loaded.skipped);
      continue;
    }
    const document = withAcl(loaded.document);
    const size = Buffer.byteLength(JSON.stringify(document));
    if (batch.length === BATCH_DOCUMENTS || bytes + size > BATCH_BYTES) await send();
    batch.push(document);
    bytes += size;
  }
  await send();
  const synced = await sync?.finish();
  if (synced) advanceTo(target, synced.watermark);
  if (target.size > 0) await awaitIndexed(client, { before, target, signal, onProgress });
  const lost = await findMissing(client, visible, signal);
  skipped.push(...(await explain(client, lost, signal)));
  const report = { sent: written.length, indexed: written.length - lost.length, skipped };
  if (synced === undefined) return report;
  const { watermark: _, ...counts } = synced;
  return { ...report, sync: counts };
}

async function awaitIndexed(
  client: FreshetClient,
  {
    before,
    target,
    signal,
    onProgress,
  }: Required<Pick<IngestOptions, 'signal' | 'onProgress'>> & Record<'before' | 'target', Watermark>,
): Promise<void> {
  const covered = (watermark: Watermark) =>
    [...target].reduce((sum, [partition, end]) => sum + Math.min(end, watermark.get(partition) ?? 0), 0);
  const start = covered(before);
  const total = [...target.values()].reduce((sum, end) => sum + end, 0) - start;
  for (;;) {
    const current = decodeWatermark((await client.status(signal)).watermark);
    onProgress({ stage: 'indexing', done: covered(current) - start, total });
    if (hasReached(current, target)) return;
    await pause(POLL_MS, undefined, { signal });
  }
}

/** Whether the caller may be among those who do not see what they wrote. */
function isRestricted(document: DocumentInput | undefined): boolean {
  return document?.acl !== undefined && !('public' in document.acl);
}

/** Documents that were sent and that the index does not have: what the ingestor could not read. */
async function findMissing(
  client: FreshetClient,
  written: readonly WrittenDocument[],
  signal: AbortSignal,
): Promise<WrittenDocument[]> {
  const limit = pLimit(8);
  const missing = await Promise.all(
    written.map((document) =>
      limit(async () => {
        const manifest = await client.manifest(document.source, document.documentId, signal);
        return manifest && manifest.version >= document.version ? [] : [document];
      }),
    ),
  );
  return missing.flat();
}

/** Under which code the ingestor refused each document. */
async function explain(
  client: FreshetClient,
  lost: readonly WrittenDocument[],
  signal: AbortSignal,
): Promise<SkippedInput[]> {
  const refusals = new Map<string, Map<string, Refusal>>();
  for (const source of new Set(lost.map((document) => document.source))) {
    const listed = await client.refusals(source, signal);
    refusals.set(source, new Map(listed.map((refusal) => [refusal.documentId, refusal])));
  }
  return lost.map(({ source, documentId, version }) => {
    const refusal = refusals.get(source)?.get(documentId);
    const isKnown = refusal !== undefined && (refusal.version ?? version) === version;
    return isKnown
      ? { name: documentId, code: refusal.code, reason: refusal.detail }
      : { name: documentId, reason: 'was deleted meanwhile, or refused by the ingestor: see documents.dlq' };
  });
}
