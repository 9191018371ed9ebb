import { FreshetError } from '@freshet/shared/errors';
import type { Client } from '@opensearch-project/opensearch';
import { errors } from '@opensearch-project/opensearch';
import { toFreshetError } from './failure.ts';
import {
  chunksIndex,
  dynamicSettings,
  type IndexIdentity,
  type IndexNames,
  type IndexOptions,
  indexNames,
  manifestsIndex,
  SCHEMA_VERSION,
  sourceSettings,
} from './mapping.ts';

export interface AppliedIndex {
  alias: string;
  index: string;
  outcome: 'created' | 'updated';
}

/**
 * Brings templates, indexes and aliases to what the options say. Can be repeated, and run by several at once; an
 * index that exists keeps its documents, its shards and its graph.
 * @throws {FreshetError} `FRESHET_EMBEDDER_MISMATCH` when the index holds the vectors of another embedder.
 */
export async function applyIndex(client: Client, options: IndexOptions): Promise<AppliedIndex[]> {
  const names = indexNames(options.prefix);
  try {
    // Refused before anything is changed.
    const identity = await readIdentity(client, names.chunks.write);
    if (identity) checkIdentity(identity, options);
    const { body: server } = await client.info();
    const major = Number.parseInt(server.version.number, 10);
    const chunks = chunksIndex(options);
    const index = { ...chunks.settings.index, ...sourceSettings(major) };
    return [
      await applyOne(client, names.manifests, manifestsIndex(), options),
      await applyOne(client, names.chunks, { ...chunks, settings: { ...chunks.settings, index } }, options),
    ];
  } catch (error) {
    throw toFreshetError(error);
  }
}

async function applyOne(
  client: Client,
  names: IndexNames,
  { settings, mappings }: ReturnType<typeof chunksIndex> | ReturnType<typeof manifestsIndex>,
  options: IndexOptions,
): Promise<AppliedIndex> {
  const dynamic = dynamicSettings(options);
  await client.indices.putIndexTemplate({
    name: names.template,
    body: {
      index_patterns: [names.pattern],
      priority: 100,
      template: {
        settings: { ...settings, index: { ...settings.index, ...dynamic.index } },
        mappings,
      },
    } as never,
  });
  const existing = await indexBehind(client, names.write);
  if (existing === undefined) {
    const isNew = await createFirst(client, names);
    return { alias: names.write, index: names.first, outcome: isNew ? 'created' : 'updated' };
  }
  await client.indices.putSettings({ index: existing, body: dynamic as never });
  // Fields can be added, what is there stays: the graph of the vectors as well, which was made once.
  const { vector, ...properties } = mappings.properties as Record<string, unknown>;
  await client.indices.putMapping({ index: existing, body: { properties } as never });
  return { alias: names.write, index: existing, outcome: 'updated' };
}

/** @returns false when another process was first. */
async function createFirst(client: Client, { first, read, write }: IndexNames): Promise<boolean> {
  try {
    await client.indices.create({
      index: first,
      body: { aliases: { [read]: {}, [write]: { is_write_index: true } } },
      wait_for_active_shards: '1',
    });
    return true;
  } catch (error) {
    const isThere =
      error instanceof errors.ResponseError &&
      JSON.stringify(error.body).includes('resource_already_exists_exception');
    if (!isThere) throw error;
    return false;
  }
}

async function indexBehind(client: Client, alias: string): Promise<string | undefined> {
  const { body, statusCode } = await client.indices.getAlias({ name: alias }, { ignore: [404] });
  return statusCode === 404 ? undefined : Object.keys(body)[0];
}

/** What the index behind an alias was made with; `undefined` when there is none. */
export async function readIdentity(client: Client, alias: string): Promise<IndexIdentity | undefined> {
  const { body, statusCode } = await client.indices.getMapping({ index: alias }, { ignore: [404] });
  if (statusCode === 404) return undefined;
  const [index] = Object.values(body) as { mappings?: { _meta?: { freshet?: IndexIdentity } } }[];
  const identity = index?.mappings?._meta?.freshet;
  if (!identity) {
    throw new FreshetError('FRESHET_INDEX_UNKNOWN', {
      detail: `${alias} exists, but \`freshet index apply\` did not make it; choose another OPENSEARCH_INDEX_PREFIX.`,
    });
  }
  return identity;
}

/** @throws {FreshetError} `FRESHET_EMBEDDER_MISMATCH`, `FRESHET_INDEX_UNKNOWN` for an index of another format. */
export function checkIdentity(
  { schema, embedder, dimensions }: IndexIdentity,
  expected: Pick<IndexOptions, 'embedder' | 'dimensions'>,
): void {
  if (schema !== SCHEMA_VERSION) {
    throw new FreshetError('FRESHET_INDEX_UNKNOWN', {
      detail: `The index has format ${schema}, this version reads format ${SCHEMA_VERSION}: index anew under another OPENSEARCH_INDEX_PREFIX.`,
    });
  }
  if (embedder !== expected.embedder || dimensions !== expected.dimensions) {
    throw new FreshetError('FRESHET_EMBEDDER_MISMATCH', {
      detail: `The index holds vectors of ${embedder} with ${dimensions} dimensions; the configured embedder is ${expected.embedder} with ${expected.dimensions}. Configure the one that made it, or index anew under another OPENSEARCH_INDEX_PREFIX.`,
    });
  }
}
