import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkIndex } from '@freshet/chunk-index';
import { openSqliteChunkIndex } from '@freshet/chunk-index/sqlite';
import { convergesToLatestState, embedder } from './converges.ts';
import type { ProcessGate } from './gate.ts';

convergesToLatestState(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'freshet-converges-'));
    const { dimensions, fingerprint } = embedder;
    const path = join(folder, 'index.db');
    const index = await openSqliteChunkIndex({ path, dimensions, embedder: fingerprint, readers: 1 });
    return {
      index,
      openFor: (gate) => throughGate(index, gate),
      async close() {
        await index.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { runs: Number(process.env['FRESHET_TEST_HISTORIES_SQLITE'] ?? 300) },
);

/** A write to the embedded index is one transaction, so that nothing comes between its steps. */
function throughGate(index: ChunkIndex, gate: ProcessGate): ChunkIndex {
  return {
    ...index,
    readManifests: (documents) => gate.enter(() => index.readManifests(documents)),
    readVectors: (document, embedder) => gate.enter(() => index.readVectors(document, embedder)),
    write: (documents) => gate.enter(() => index.write(documents)),
    advanceWatermark: (watermark) => gate.enter(() => index.advanceWatermark(watermark)),
  };
}
