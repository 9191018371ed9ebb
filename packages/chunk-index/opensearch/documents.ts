import { createHash } from 'node:crypto';
import {
  type Access,
  boundValue,
  type Chunk,
  documentKey,
  type Manifest,
  type Range,
  type SearchFilter,
} from '@freshet/shared/contracts';
import { attributeTerms, type TermCondition, termCondition } from '../attribute-terms.ts';
import { chunkTerms } from '../chunk-terms.ts';
import type { FoundChunk, StoredManifest } from '../index.ts';

/** How manifests, chunks and who may see them stand in OpenSearch. */

/** OpenSearch takes 512 bytes of `_id`; the ordinal of a chunk needs some of them. */
const LONGEST_ID_BYTES = 480;

/** The `_id` of a document's manifest: its key, or where that is too long a digest, which no key can look like. */
export function documentId(key: string): string {
  if (Buffer.byteLength(key) <= LONGEST_ID_BYTES) return key;
  const [tenant, source] = key.split('/', 2);
  return `${tenant}/${source}/#${createHash('sha256').update(key).digest('hex')}`;
}

export function chunkId(key: string, ordinal: number): string {
  return `${documentId(key)}#${ordinal}`;
}

export interface ManifestDocument {
  tenant: string;
  source: string;
  documentId: string;
  state: Manifest['state'];
  /** In UTC. */
  changedAt: string;
  chunkCount: number;
  /** Chunks are still to be written or removed. */
  isPending: boolean;
  /** No chunk of the document has this ordinal or a greater one. */
  ordinals: number;
  manifest: Manifest;
}

export function toManifestDocument(
  manifest: Manifest,
  { isPending, ordinals }: Pick<ManifestDocument, 'isPending' | 'ordinals'>,
): ManifestDocument {
  const { tenant, source, documentId, state, chunkCount } = manifest;
  const changedAt = new Date(manifest.changedAt).toISOString();
  return { tenant, source, documentId, state, changedAt, chunkCount, isPending, ordinals, manifest };
}

export function toStoredManifest({ manifest, isPending }: ManifestDocument): StoredManifest {
  return isPending ? { ...manifest, isPending } : manifest;
}

/** Fields of a chunk that are read for a hit. */
export const FOUND_FIELDS = ['headingPath', 'text', 'span', 'version'];

export type FoundDocument = Omit<FoundChunk, 'manifest'> & { version: number };

export function toChunkDocument(manifest: Manifest, chunk: Chunk) {
  const { ordinal, headingPath, text, span, tokens, contentHash, vector } = chunk;
  return {
    documentKey: documentKey(manifest),
    ordinal,
    version: manifest.version,
    tenant: manifest.tenant,
    source: manifest.source,
    acl: aclTerms(manifest.tenant, 'public' in manifest.acl ? [PUBLIC] : manifest.acl.allow),
    attributes: Object.entries(manifest.attributes).flatMap(([name, value]) => attributeTerms(name, value)),
    changedAt: new Date(manifest.changedAt).toISOString(),
    terms: chunkTerms(manifest, chunk),
    text,
    headingPath,
    span,
    tokens,
    contentHash,
    vector: toNumbers(vector),
    embedding: toBase64(vector),
  };
}

/** Shortest decimals that give the same 32-bit floats again; a float as a double would be twice as long. */
export function toNumbers(vector: Float32Array): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)));
}

function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

export function fromBase64(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

/** No principal looks like this: they all begin with `user:` or `group:`. */
const PUBLIC = 'public';

/** Who may see a chunk, within its tenant: one term says both, so that a filter is one list of terms. */
function aclTerms(tenant: string, principals: readonly string[]): string[] {
  return [...new Set(principals)].map((principal) => `${tenant}/${principal}`);
}

/** The filter of both searches: tenant and acl always, the question's own where it has one. */
export function toFilter(
  { tenant, principals }: Access,
  { sources, attributes = {}, changedAt }: SearchFilter = {},
): Record<string, unknown>[] {
  return [
    { terms: { acl: aclTerms(tenant, [PUBLIC, ...principals]) } },
    ...(sources ? [{ terms: { source: sources } }] : []),
    ...Object.entries(attributes).map(([name, condition]) => attributeFilter(termCondition(name, condition))),
    ...(changedAt ? [{ range: { changedAt: timeRange(changedAt) } }] : []),
  ];
}

function attributeFilter(condition: TermCondition): Record<string, unknown> {
  if (condition.type === 'any') return { terms: { attributes: condition.terms } };
  if (condition.type === 'prefix') return { prefix: { attributes: condition.prefix } };
  const { type, ...bounds } = condition;
  return { range: { attributes: bounds } };
}

/** In full: OpenSearch would round a date without a time to the end of its day for some bounds. */
function timeRange(range: Range): Record<string, string> {
  const bounds = Object.entries(range).map(([operator, bound]) => [
    operator,
    new Date(boundValue(bound)).toISOString(),
  ]);
  return Object.fromEntries(bounds);
}
