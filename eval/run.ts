import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ingest } from '@freshet/cli/ingest';
import { readInputs } from '@freshet/cli/input/read-inputs';
import { createProgress } from '@freshet/cli/progress';
import { openLocalEmbedder } from '@freshet/models/local-embedder';
import { createLogger } from '@freshet/shared/log';
import { main } from '@freshet/shared/service/run';
import { readQueries } from './beir.ts';
import { cacheEmbeddings } from './cached-embedder.ts';
import { startFleet } from './fleet.ts';
import { ndcgAt, percentile, type Run, recallAt } from './metrics.ts';
import { openEvaluationIndex } from './opensearch.ts';

/**
 * Evaluates retrieval on a folder in BEIR layout, or on the sample corpus: ingests it through the real fleet, asks
 * every labelled question, and reports by document. `npm run -s eval -- --data FOLDER [--index sqlite|opensearch] [--json]`
 */

/** Passages of one question; enough that they come from more than ten documents. */
const PASSAGES = 50;

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dirname, 'sample') },
    index: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
  },
});
if (!['sqlite', 'opensearch'].includes(values.index)) throw new Error('--index is sqlite or opensearch');

await main(async () => {
  const folder = resolve(values.data);
  const { queries, qrels } = await readQueries(folder);
  const local = await openLocalEmbedder({ EMBED_THREADS: 0 }, createLogger({ name: 'eval', level: 'warn' }));
  const embedder = cacheEmbeddings(
    local.embedder,
    join(import.meta.dirname, '..', '.cache', 'eval', 'vectors.db'),
  );
  const index = values.index === 'opensearch' ? await openEvaluationIndex(embedder) : undefined;
  const fleet = await startFleet({
    embedder,
    tokenizer: local.tokenizer,
    principals: ['group:security'],
    ...(index ? { env: index.env } : {}),
  });
  try {
    const { signal } = new AbortController();
    const progress = createProgress({ isQuiet: values.json });
    const documents = existsSync(join(folder, 'documents')) ? join(folder, 'documents') : folder;
    const report = await ingest({
      client: fleet.client,
      items: readInputs([documents], { source: 'eval', signal }),
      signal,
      onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
    });
    const run: Run = new Map();
    const milliseconds: number[] = [];
    for (const [i, { id, text }] of queries.entries()) {
      const { passages, timings } = await fleet.client.search({ query: text, limit: PASSAGES }, signal);
      run.set(id, [...new Set(passages.map(({ documentId }) => documentId))]);
      milliseconds.push(timings.totalMs);
      progress.update('asking', i + 1, queries.length);
    }
    progress.finish();
    const round = (value: number) => Number(value.toFixed(4));
    const result = {
      dataset: basename(folder),
      index: values.index,
      documents: report.indexed,
      questions: queries.length,
      'recall@1': round(recallAt(1, run, qrels)),
      'recall@5': round(recallAt(5, run, qrels)),
      'recall@10': round(recallAt(10, run, qrels)),
      'ndcg@10': round(ndcgAt(10, run, qrels)),
      retrieveP50Ms: percentile(milliseconds, 0.5),
      retrieveP95Ms: percentile(milliseconds, 0.95),
    };
    if (values.json) console.log(JSON.stringify(result));
    else console.table(result);
  } finally {
    await fleet.close();
    await index?.close();
    await embedder.close();
  }
});
