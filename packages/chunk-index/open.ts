import { join } from 'node:path';
import { storageConfig } from '@freshet/shared/config';
import { FreshetError } from '@freshet/shared/errors';
import { type Static, Type } from 'typebox';
import type { ChunkIndex } from './index.ts';
import type { AppliedIndex } from './opensearch/apply.ts';
import { openSearchConfig, readConnection, readIndexOptions } from './opensearch/config.ts';

/** Variables of what uses the index. Each service spreads them into its own schema. */
export const chunkIndexConfig = { ...storageConfig, ...openSearchConfig };

const ChunkIndexConfig = Type.Object(chunkIndexConfig);
type ChunkIndexConfig = Static<typeof ChunkIndexConfig>;

interface EmbedderIdentity {
  dimensions: number;
  fingerprint: string;
}

/** OpenSearch where OPENSEARCH_NODES names a cluster, else a SQLite file in DATA_DIR. */
export async function openChunkIndex(
  config: ChunkIndexConfig,
  embedder: EmbedderIdentity,
): Promise<ChunkIndex> {
  if (config.OPENSEARCH_NODES === undefined) {
    const { openSqliteChunkIndex } = await import('./sqlite.ts');
    return openSqliteChunkIndex({
      path: join(config.DATA_DIR, 'index.db'),
      dimensions: embedder.dimensions,
      embedder: embedder.fingerprint,
    });
  }
  const { openOpenSearchChunkIndex } = await import('./opensearch.ts');
  return openOpenSearchChunkIndex({
    connection: readConnection(config),
    index: readIndexOptions(config, embedder),
  });
}

/**
 * Creates the index on OpenSearch, or brings it to what the configuration says.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` without OPENSEARCH_NODES; as {@link applyIndex} throws.
 */
export async function applyChunkIndex(
  config: ChunkIndexConfig,
  embedder: EmbedderIdentity,
): Promise<AppliedIndex[]> {
  if (config.OPENSEARCH_NODES === undefined) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: 'OPENSEARCH_NODES is not set; the embedded index makes itself and needs no command.',
    });
  }
  const [{ createClient }, { applyIndex }] = await Promise.all([
    import('./opensearch/client.ts'),
    import('./opensearch/apply.ts'),
  ]);
  const client = await createClient(readConnection(config));
  try {
    return await applyIndex(client, readIndexOptions(config, embedder));
  } finally {
    await client.close();
  }
}
