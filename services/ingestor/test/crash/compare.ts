import type { createClient } from '@freshet/chunk-index/opensearch/client';
import type { Manifest } from '@freshet/shared/contracts';
import type { DocumentParser } from '../../parse/parser.ts';
import type { Change } from './workload.ts';

type Client = Awaited<ReturnType<typeof createClient>>;

interface StoredChunk {
  documentKey: string;
  ordinal: number;
  version: number;
  text: string;
}

export interface Differences {
  lost: string[];
  duplicate: string[];
  resurrected: string[];
  stale: string[];
}

export interface CompareOptions {
  client: Client;
  /** Name of the index or alias. */
  chunks: string;
  manifests: string;
  latest: ReadonlyMap<string, Change>;
  parser: DocumentParser;
}

/** Every manifest and every chunk that OpenSearch holds, beside what the latest version of each document says. */
export async function compare({
  client,
  chunks,
  manifests,
  latest,
  parser,
}: CompareOptions): Promise<Differences> {
  await client.indices.refresh({ index: [chunks, manifests] });
  const differences: Differences = { lost: [], duplicate: [], resurrected: [], stale: [] };
  const stored = new Map<string, { id: string; isPending: boolean; manifest: Manifest }>();
  for await (const { id, source } of readAll<{ isPending: boolean; manifest?: Manifest }>(
    client,
    manifests,
  )) {
    if (!source.manifest) continue; // a watermark
    if (!latest.has(id)) differences.duplicate.push(`manifest ${id}, of which there was no event`);
    stored.set(id, { id, isPending: source.isPending, manifest: source.manifest });
  }
  const held = new Map<string, StoredChunk[]>();
  for await (const { id, source } of readAll<StoredChunk>(client, chunks)) {
    if (!latest.has(source.documentKey))
      differences.duplicate.push(`chunk ${id}, of which there was no event`);
    held.set(source.documentKey, [...(held.get(source.documentKey) ?? []), source]);
  }
  for (const [key, change] of latest) {
    const found = stored.get(key);
    const present = held.get(key) ?? [];
    if (!found) differences.lost.push(`${key} v${change.version}: no manifest`);
    else checkManifest(found, change, differences);
    if (change.content === undefined) {
      for (const { ordinal, version } of present)
        differences.resurrected.push(`${key}#${ordinal} v${version}`);
    } else {
      await checkChunks(
        present,
        { key, version: change.version, content: change.content },
        parser,
        differences,
      );
    }
  }
  return differences;
}

function checkManifest(
  { isPending, manifest }: { isPending: boolean; manifest: Manifest },
  { key, version, content, acl, edition }: Change,
  { resurrected, stale }: Differences,
): void {
  const isLive = manifest.state === 'live';
  if (isLive && content === undefined) resurrected.push(`${key} v${manifest.version}: should be deleted`);
  else if (manifest.version !== version) stale.push(`${key}: v${manifest.version}, not v${version}`);
  else if (isPending) stale.push(`${key} v${version}: its write has not ended`);
  else if (
    isLive &&
    JSON.stringify([manifest.acl, manifest.attributes]) !== JSON.stringify([acl, { edition }])
  ) {
    stale.push(`${key} v${version}: acl or attributes`);
  }
}

async function checkChunks(
  present: readonly StoredChunk[],
  { key, version, content }: { key: string; version: number; content: string },
  parser: DocumentParser,
  { lost, duplicate, stale }: Differences,
): Promise<void> {
  const { drafts } = await parser.parse({ content, mediaType: 'text/markdown', title: undefined });
  for (const { ordinal, text } of drafts) {
    const isThere = present.some(
      (one) => one.ordinal === ordinal && one.version === version && one.text === text,
    );
    if (!isThere) lost.push(`${key}#${ordinal} v${version}`);
  }
  const seen = new Set<number>();
  for (const { ordinal, version: found } of present) {
    if (found !== version) stale.push(`${key}#${ordinal} v${found}, not v${version}`);
    else if (ordinal >= drafts.length || seen.has(ordinal)) duplicate.push(`${key}#${ordinal} v${version}`);
    seen.add(ordinal);
  }
}

interface ScrollAnswer<Source> {
  _scroll_id: string;
  hits: { hits: { _id: string; _source: Source }[] };
}

async function* readAll<Source>(
  client: Client,
  index: string,
): AsyncGenerator<{ id: string; source: Source }> {
  const first = await client.search({ index, scroll: '1m', size: 1_000, body: { query: { match_all: {} } } });
  let page = first.body as unknown as ScrollAnswer<Source>;
  while (page.hits.hits.length > 0) {
    for (const { _id, _source } of page.hits.hits) yield { id: _id, source: _source };
    const next = await client.scroll({ body: { scroll: '1m', scroll_id: page._scroll_id } });
    page = next.body as unknown as ScrollAnswer<Source>;
  }
  await client.clearScroll({ body: { scroll_id: [page._scroll_id] } });
}
