import { type Static, Type } from 'typebox';
import { FreshetError } from '../errors.ts';

/** Partition -> offset up to which (exclusive) the log is searchable. */
export type Watermark = ReadonlyMap<number, number>;

export const WatermarkToken = Type.String({
  minLength: 1,
  maxLength: 4096,
  description: 'Opaque position in the document log. Hand back what a Freshet answer gave you.',
});

/** How far the index is, and what the caller's tenant has in it. */
export const WatermarkResponse = Type.Object(
  {
    watermark: WatermarkToken,
    documents: Type.Integer({ minimum: 0 }),
    tombstones: Type.Integer({
      minimum: 0,
      description: 'Deleted documents, remembered so that they stay deleted.',
    }),
    chunks: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false, title: 'WatermarkResponse' },
);
export type WatermarkResponse = Static<typeof WatermarkResponse>;

/** An opaque token of a watermark. */
export function encodeWatermark(watermark: Watermark): string {
  const entries = [...watermark].sort(([a], [b]) => a - b);
  return Buffer.from(JSON.stringify(entries)).toString('base64url');
}

/** @throws {FreshetError} `FRESHET_WATERMARK_INVALID` for what no gateway wrote. */
export function decodeWatermark(token: string): Watermark {
  let entries: unknown;
  try {
    entries = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw new FreshetError('FRESHET_WATERMARK_INVALID');
  }
  const isEntry = (entry: unknown): entry is [number, number] =>
    Array.isArray(entry) && entry.length === 2 && entry.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw new FreshetError('FRESHET_WATERMARK_INVALID');
  return new Map(entries);
}

/** Moves a watermark on to these offsets, such as those of another one; partitions in which it is further stay. */
export function advanceTo(
  watermark: Map<number, number>,
  offsets: Iterable<readonly [partition: number, offset: number]>,
): void {
  for (const [partition, offset] of offsets) {
    watermark.set(partition, Math.max(watermark.get(partition) ?? 0, offset));
  }
}

/** Whether everything before `target` is searchable at `current`. */
export function hasReached(current: Watermark, target: Watermark): boolean {
  return [...target].every(([partition, offset]) => (current.get(partition) ?? 0) >= offset);
}
