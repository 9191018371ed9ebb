const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * 32 bit murmur2 as a signed integer, seeded and finished as in Kafka's Java client
 * (org.apache.kafka.common.utils.Utils.murmur2).
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const wholeWords = length & ~3;
  let h = SEED ^ length;
  for (let at = 0; at < wholeWords; at += 4) {
    let k = Math.imul(view.getInt32(at, true), M);
    k ^= k >>> R;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - wholeWords;
  if (rest === 3) h ^= view.getUint8(wholeWords + 2) << 16;
  if (rest >= 2) h ^= view.getUint8(wholeWords + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ view.getUint8(wholeWords), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return (h ^ (h >>> 15)) | 0;
}

/**
 * The partition of a key, as Kafka's default partitioner chooses it
 * (org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey).
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
