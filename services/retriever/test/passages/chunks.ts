import type { FusedHit } from '../../fuse.ts';
import type { CurrentChunk } from '../../realtime-check.ts';

export interface ChunkSketch {
  document?: string;
  ordinal?: number;
  text?: string;
  start?: number;
  score?: number;
  changedAt?: string;
  rerankScore?: number;
}

let made = 0;

/** A checked chunk; by default one of its own document, with a text like no other. */
export function chunk({
  document = `document-${made++}`,
  ordinal = 0,
  text = `alone ${'abcdefghij'.repeat(1 + (made++ % 7))} text of ${document} at ${ordinal}`,
  start = ordinal * 1000,
  score = 1,
  changedAt = '2026-01-01T00:00:00Z',
  rerankScore,
}: ChunkSketch = {}): CurrentChunk {
  const documentKey = `t/s/${document}`;
  const hit: FusedHit = { hit: { documentKey, ordinal, version: 1, score }, score };
  return {
    ...hit,
    chunk: {
      manifest: {
        tenant: 't',
        source: 's',
        documentId: document,
        version: 1,
        state: 'live',
        acl: { public: true },
        contentHash: '',
        embedder: '',
        chunkCount: 1,
        changedAt,
      } as unknown as CurrentChunk['chunk']['manifest'],
      headingPath: [],
      text,
      span: { start, end: start + text.length },
    },
    ...(rerankScore === undefined ? {} : { rerankScore }),
  };
}

/** The chunks of a document whose text is cut at these places; `overlap` characters are repeated by each. */
export function cut(document: string, text: string, ends: readonly number[], overlap = 0): CurrentChunk[] {
  return ends.map((end, ordinal) => {
    const start = ordinal === 0 ? 0 : Math.max(0, ends[ordinal - 1]! - overlap);
    return chunk({ document, ordinal, start, text: text.slice(start, end) });
  });
}
