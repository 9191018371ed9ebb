import { applyChunkIndex, chunkIndexConfig } from '@freshet/chunk-index/open';
import { createClient } from '@freshet/chunk-index/opensearch/client';
import { loadConfig } from '@freshet/shared/config';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { Type } from 'typebox';

export interface EvaluationIndex {
  /** Variables that put a fleet on this index. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** An empty index on OpenSearch, which goes with the evaluation. */
export async function openEvaluationIndex(embedder: {
  dimensions: number;
  fingerprint: string;
}): Promise<EvaluationIndex> {
  const server = await startOpenSearch({ isMeasured: true });
  const prefix = uniquePrefix('eval');
  const env = {
    OPENSEARCH_NODES: server.url,
    OPENSEARCH_INDEX_PREFIX: prefix,
    OPENSEARCH_REPLICAS: '0',
  };
  await applyChunkIndex(loadConfig(Type.Object(chunkIndexConfig), env), embedder);
  return {
    env,
    async close() {
      const client = await createClient({ nodes: [server.url], timeoutMs: 30_000 });
      await client.indices.delete({ index: [`${prefix}chunks-000001`, `${prefix}manifests-000001`] });
      await client.close();
      await server.stop();
    },
  };
}
