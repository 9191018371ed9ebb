import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ingest } from '@freshet/cli/ingest';
import { type InputItem, readInputs } from '@freshet/cli/input/read-inputs';
import { startFleet } from '@freshet/eval/fleet';
import { openDocumentParser } from '@freshet/ingestor/parse/parser';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { decodeContent, isInline } from '@freshet/shared/document-content';
import { createLogger } from '@freshet/shared/log';

/**
 * Ingestion through the whole fleet beside the bare embedder on the same chunks, in one run: half of the bare
 * measurement before, half after. `npm run -s bench:ingest -- [--data FOLDER] [--limit DOCUMENTS] [--json]`
 *
 * With `--engines` on Kafka and OpenSearch, every service a process of its own, with freshness and deletions too:
 * `npm run -s bench:ingest -- --engines [--limit DOCUMENTS] [--rate 20] [--seconds 60] [--deletions 100] [--json]`
 */

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dirname, '..', 'eval', 'sample') },
    limit: { type: 'string' },
    engines: { type: 'boolean', default: false },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    deletions: { type: 'string', default: '100' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const show = (result: object) => (values.json ? console.log(JSON.stringify(result)) : console.dir(result));
if (values.engines) {
  // One that is interrupted stops the servers that it started.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
  const { measureEngines } = await import('./ingest-engines.ts');
  show(
    await measureEngines({
      documents: Number(values.limit ?? 1500),
      changesPerSecond: Number(values.rate),
      seconds: Number(values.seconds),
      deletions: Number(values.deletions),
      profile: values.profile,
    }),
  );
  process.exit();
}
const limit = Number(values.limit ?? 300);
const { signal } = new AbortController();
const folder = resolve(values.data);
const path = existsSync(join(folder, 'documents')) ? join(folder, 'documents') : folder;
const items: InputItem[] = [];
for await (const item of readInputs([path], { source: 'bench', signal })) {
  if ('document' in item && items.length < limit) items.push(item);
}

const { embedder, tokenizer } = await openLocalEmbedder(
  { EMBED_THREADS: 0 },
  createLogger({ name: 'bench', level: 'warn' }),
);
const texts = await chunkTexts();
const embedHalf = async (half: 0 | 1) => {
  const start = performance.now();
  await embedder.embedDocuments(texts.filter((_, i) => i % 2 === half));
  return performance.now() - start;
};

const before = await embedHalf(0);
const fleet = await startFleet({ embedder, tokenizer, principals: ['group:security'] });
let peak = 0;
const sampling = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 100);
const start = performance.now();
const { indexed } = await ingest({ client: fleet.client, items: replay(), signal });
const ingestMs = performance.now() - start;
clearInterval(sampling);
const { chunks } = await fleet.client.status(signal);
await fleet.close();
const after = await embedHalf(1);
await embedder.close();

const chunksPerSecond = chunks / (ingestMs / 1000);
const embedderOnly = texts.length / ((before + after) / 1000);
const round = (value: number, digits: number) => Number(value.toFixed(digits));
const result = {
  documents: indexed,
  chunks,
  chunksPerSecond: round(chunksPerSecond, 2),
  embedderOnlyChunksPerSecond: round(embedderOnly, 2),
  ratio: round(chunksPerSecond / embedderOnly, 3),
  rssMiB: Math.round(peak / 2 ** 20),
};
show(result);

async function* replay(): AsyncGenerator<InputItem> {
  yield* items;
}

/** What the ingestor will embed. */
async function chunkTexts(): Promise<string[]> {
  const parser = openDocumentParser({ tokenizer, maxTokens: embedder.maxTokens });
  const found: string[] = [];
  for (const item of items) {
    if (!('document' in item) || !isInline(item.document)) continue;
    const { mediaType, title } = item.document;
    const content = decodeContent(item.document);
    const parsed = await parser.parse({ content, mediaType, title }).catch(() => undefined); // empty pages
    found.push(...(parsed?.drafts.map(({ embeddedText }) => embeddedText) ?? []));
  }
  await parser.close();
  return found;
}
