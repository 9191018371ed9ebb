import type { Watermark } from '@freshet/shared/contracts';
import type { Client } from '@opensearch-project/opensearch';
import { bulk } from './bulk.ts';

export interface WatermarkStoreOptions {
  client: Client;
  read: string;
  write: string;
}

/** No document key looks like these: keys have three segments. */
const partitionId = (partition: number) => `watermark/${partition}`;
const PARTITIONS_ID = 'watermark/partitions';

/**
 * A document a partition whose external version is the offset, so that the index itself keeps it from going back,
 * and one that says how many partitions there are, so that all can be read by id, which is realtime.
 */
export function createWatermarkStore({ client, read, write }: WatermarkStoreOptions) {
  let partitions = 0;

  async function readOffsets(): Promise<(number | undefined)[]> {
    const ids = [PARTITIONS_ID, ...Array.from({ length: partitions }, (_, i) => partitionId(i))];
    const { body } = await client.mget({ index: read, body: { ids } });
    const docs = body.docs as { _source?: { offset: number }; error?: unknown }[];
    return docs.map((doc) => doc._source?.offset);
  }

  return {
    async advance(watermark: Watermark): Promise<void> {
      if (watermark.size === 0) return;
      const operation = (id: string, offset: number) => ({
        index: write,
        id,
        version: offset,
        document: { offset },
      });
      await bulk(client, [
        operation(PARTITIONS_ID, Math.max(...watermark.keys()) + 1),
        ...[...watermark].map(([partition, offset]) => operation(partitionId(partition), offset)),
      ]);
    },

    async read(): Promise<Watermark> {
      let [count = 0, ...offsets] = await readOffsets();
      if (count > partitions) {
        partitions = count;
        [, ...offsets] = await readOffsets();
      }
      return new Map(offsets.flatMap((offset, i) => (offset === undefined ? [] : [[i, offset] as const])));
    },
  };
}
