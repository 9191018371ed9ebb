import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Query id -> document id -> relevance. */
export type Qrels = Map<string, Map<string, number>>;

export interface Query {
  id: string;
  text: string;
}

/** Queries that have a label, and the labels, of a folder in BEIR layout (Thakur et al., 2021). */
export async function readQueries(folder: string): Promise<{ queries: Query[]; qrels: Qrels }> {
  const qrels: Qrels = new Map();
  const labels = (await readFile(join(folder, 'qrels', 'test.tsv'), 'utf8')).split('\n').slice(1);
  for (const label of labels) {
    const [query, document, relevance] = label.trim().split('\t');
    if (!query || !document) continue;
    const documents = qrels.get(query) ?? new Map<string, number>();
    qrels.set(query, documents.set(document, Number(relevance)));
  }
  const lines = (await readFile(join(folder, 'queries.jsonl'), 'utf8')).split('\n').filter(Boolean);
  const queries = lines
    .map((line) => JSON.parse(line) as { _id: string; text: string })
    .map(({ _id: id, text }) => ({ id, text }))
    .filter(({ id }) => qrels.has(id));
  return { queries, qrels };
}
