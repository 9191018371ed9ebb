import { readFileSync } from 'node:fs';
import { FreshetError } from '@freshet/shared/errors';
import { type Static, Type } from 'typebox';
import type { Connection } from './client.ts';
import type { IndexOptions } from './mapping.ts';

export const openSearchConfig = {
  OPENSEARCH_NODES: Type.Optional(
    Type.String({
      description:
        'Addresses of an OpenSearch cluster, separated by commas: `https://node-1:9200,https://node-2:9200`. Without it the index is a SQLite file in DATA_DIR.',
    }),
  ),
  OPENSEARCH_USERNAME: Type.Optional(Type.String({ description: 'User of basic authentication.' })),
  OPENSEARCH_PASSWORD: Type.Optional(Type.String({ description: 'Its password.', writeOnly: true })),
  OPENSEARCH_AWS_REGION: Type.Optional(
    Type.String({
      description:
        'Region of an Amazon OpenSearch Service domain: requests are signed (SigV4) with the credentials of the environment, the pod or the machine.',
    }),
  ),
  OPENSEARCH_TLS_CA_FILE: Type.Optional(
    Type.String({ description: 'PEM file of the authority that signed the certificates of the nodes.' }),
  ),
  OPENSEARCH_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    description: 'Longest time of one request to the cluster.',
  }),
  OPENSEARCH_INDEX_PREFIX: Type.String({
    default: '',
    pattern: '^([a-z0-9][a-z0-9_.-]{0,63})?$',
    description: 'Put before the names of indexes, aliases and templates, where a cluster is shared.',
  }),
  OPENSEARCH_KNN_ENGINE: Type.Union([Type.Literal('lucene'), Type.Literal('faiss')], {
    default: 'lucene',
    description: 'Library of the vector search. Taken when an index is created.',
  }),
  OPENSEARCH_HNSW_M: Type.Integer({
    default: 16,
    minimum: 2,
    maximum: 100,
    description: 'Neighbours of a node in the HNSW graph. Taken when an index is created.',
  }),
  OPENSEARCH_HNSW_EF_CONSTRUCTION: Type.Integer({
    default: 100,
    minimum: 2,
    maximum: 2048,
    description: 'Candidates that are looked at while the graph is built. Taken when an index is created.',
  }),
  OPENSEARCH_HNSW_EF_SEARCH: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 10_000,
    description: 'Candidates that a vector search looks at; 0 leaves it to the engine.',
  }),
  OPENSEARCH_SHARDS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 1024,
    description: 'Shards of the chunk index, one for each 20 to 30 GiB. Taken when an index is created.',
  }),
  OPENSEARCH_REPLICAS: Type.Integer({
    default: 1,
    minimum: 0,
    maximum: 20,
    description: 'Copies of each shard. 0 on a cluster of one node.',
  }),
};

const OpenSearchConfig = Type.Object(openSearchConfig);
export type OpenSearchConfig = Static<typeof OpenSearchConfig>;

/** @throws {FreshetError} `FRESHET_CONFIG_INVALID` naming the variables that do not go together. */
export function readConnection(config: OpenSearchConfig): Connection {
  const { OPENSEARCH_USERNAME: username, OPENSEARCH_PASSWORD: password } = config;
  const { OPENSEARCH_AWS_REGION: region, OPENSEARCH_TLS_CA_FILE: caFile } = config;
  if ((username === undefined) !== (password === undefined)) {
    throw invalid('OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD go together; one of them is missing');
  }
  if (region !== undefined && username !== undefined) {
    throw invalid('OPENSEARCH_AWS_REGION signs requests, OPENSEARCH_USERNAME sends a password: set one');
  }
  return {
    nodes: readNodes(config.OPENSEARCH_NODES ?? ''),
    timeoutMs: config.OPENSEARCH_TIMEOUT_MS,
    ...(username !== undefined && password !== undefined ? { basic: { username, password } } : {}),
    ...(region === undefined ? {} : { awsRegion: region }),
    ...(caFile === undefined ? {} : { ca: readCa(caFile) }),
  };
}

export function readIndexOptions(
  config: OpenSearchConfig,
  embedder: { dimensions: number; fingerprint: string },
): IndexOptions {
  return {
    prefix: config.OPENSEARCH_INDEX_PREFIX,
    dimensions: embedder.dimensions,
    embedder: embedder.fingerprint,
    engine: config.OPENSEARCH_KNN_ENGINE,
    m: config.OPENSEARCH_HNSW_M,
    efConstruction: config.OPENSEARCH_HNSW_EF_CONSTRUCTION,
    efSearch: config.OPENSEARCH_HNSW_EF_SEARCH,
    shards: config.OPENSEARCH_SHARDS,
    replicas: config.OPENSEARCH_REPLICAS,
  };
}

function readNodes(list: string): string[] {
  const nodes = list
    .split(',')
    .map((node) => node.trim())
    .filter((node) => node !== '');
  for (const node of nodes) {
    const url = URL.canParse(node) ? new URL(node) : undefined;
    if (!url || !['http:', 'https:'].includes(url.protocol)) {
      throw invalid('OPENSEARCH_NODES must be http:// or https:// addresses, separated by commas');
    }
    if (url.username !== '') {
      throw invalid('OPENSEARCH_NODES must not hold credentials; set OPENSEARCH_USERNAME and _PASSWORD');
    }
  }
  if (nodes.length === 0) throw invalid('OPENSEARCH_NODES names no node');
  return nodes;
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `OPENSEARCH_TLS_CA_FILE cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

function invalid(detail: string): FreshetError {
  return new FreshetError('FRESHET_CONFIG_INVALID', { detail });
}
