import type { ChunkIndex, DocumentWrite } from '@freshet/chunk-index';
import type { Embedder } from '@freshet/models/embedding';
import type { DeletedDocument, Manifest, UpsertedDocument } from '@freshet/shared/contracts';
import { hashContent } from '@freshet/shared/document-content';
import type { Sources } from '@freshet/shared/sources';
import type { BatchClock } from './batch-clock.ts';
import type { ContentReader } from './content/content-reader.ts';
import type { IngestMetrics } from './metrics.ts';
import type { DocumentParser } from './parse/parser.ts';

export interface WritePorts {
  index: ChunkIndex;
  embedder: Embedder;
  content: ContentReader;
  parser: DocumentParser;
  sources: Sources;
  metrics: IngestMetrics;
  now?: () => Date;
}

function identify({ tenant, source, documentId, version, changedAt }: UpsertedDocument | DeletedDocument) {
  return { tenant, source, documentId, version, changedAt };
}

/** What the index keeps of a deleted document, so that a late upsert cannot bring it back. */
export function toTombstone(
  data: DeletedDocument,
  known: Manifest | undefined,
  { embedder, now = () => new Date() }: WritePorts,
): DocumentWrite {
  return {
    manifest: {
      ...identify(data),
      state: 'deleted',
      // Who could see the document may learn that it is gone; nobody else may.
      acl: known?.acl ?? { allow: [] },
      attributes: {},
      contentHash: '',
      embedder: embedder.fingerprint,
      chunkCount: 0,
      indexedAt: now().toISOString(),
    },
    chunks: [],
  };
}

/** An upserted document, parsed and chunked; only chunks that are new to the index are embedded. */
export async function toWrite(
  data: UpsertedDocument,
  known: Manifest | undefined,
  { index, embedder, content, parser, sources, metrics, now = () => new Date() }: WritePorts,
  { signal, clock }: { signal: AbortSignal; clock: BatchClock },
): Promise<DocumentWrite> {
  const { mediaType, source, uri } = data;
  const {
    contentHash,
    title,
    language: detected,
    drafts,
  } = await content.use(data, signal, async (read) => ({
    // Before it is parsed, which takes its bytes away.
    contentHash: hashContent(read),
    ...(await clock.time('parse', () =>
      metrics.time('parse', () =>
        parser.parse({
          content: read,
          mediaType,
          title: data.title,
          chunking: sources.chunking(source),
        }),
      ),
    )),
  }));
  const language = data.language ?? detected;
  const kept =
    known?.state === 'live'
      ? await clock.time('read', () => index.readVectors(data, embedder.fingerprint))
      : new Map<string, Float32Array>();
  const missing = drafts.filter((draft) => !kept.has(draft.contentHash));
  const texts = missing.map(({ embeddedText }) => embeddedText);
  const vectors = await clock.time('embed', () =>
    metrics.time('embed', () => embedder.embedDocuments(texts, { signal })),
  );
  metrics.embedded.inc(missing.length);
  missing.forEach((draft, i) => {
    kept.set(draft.contentHash, vectors[i] as Float32Array);
  });
  return {
    manifest: {
      ...identify(data),
      state: 'live',
      ...(title === undefined ? {} : { title }),
      ...(uri === undefined ? {} : { uri }),
      ...(language === undefined ? {} : { language }),
      acl: data.acl ?? sources.defaultAcl(source) ?? { allow: [] },
      attributes: data.attributes ?? {},
      contentHash,
      embedder: embedder.fingerprint,
      chunkCount: drafts.length,
      indexedAt: now().toISOString(),
    },
    chunks: drafts.map(({ embeddedText, ...draft }) => ({
      ...draft,
      vector: kept.get(draft.contentHash) as Float32Array,
    })),
  };
}
