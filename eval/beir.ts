import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';

/** Document id -> relevance of one question; 0 and below is irrelevant. */
export type Labels = ReadonlyMap<string, number>;

export interface Question {
  id: string;
  text: string;
  /** Empty for a question that the corpus does not answer. */
  labels: Labels;
  /** Answers word for word, where the set has them: they label the passages that hold one. */
  answers: string[];
}

interface QueryLine {
  _id: string;
  text: string;
  metadata?: { answers?: string[]; unanswerable?: boolean; answerable?: boolean };
}

/**
 * Questions of a folder in BEIR layout (Thakur et al., 2021) that have a relevant document, or are marked to have
 * none by `metadata.unanswerable` or `metadata.answerable`. Others are not judged and left out.
 * @throws FreshetError FRESHET_REQUEST_INVALID when a file is missing or broken
 */
export async function readQuestions(folder: string): Promise<Question[]> {
  const qrels = parseQrels(await readText(join(folder, 'qrels', 'test.tsv')));
  const lines = parseQueries(await readText(join(folder, 'queries.jsonl')));
  return lines.flatMap(({ _id: id, text, metadata = {} }) => {
    const labels = qrels.get(id) ?? new Map<string, number>();
    const isLabelled = [...labels.values()].some((grade) => grade > 0);
    const isUnanswerable = metadata.unanswerable === true || metadata.answerable === false;
    if (!isLabelled && !isUnanswerable) return [];
    return [{ id, text, labels: isLabelled ? labels : new Map(), answers: metadata.answers ?? [] }];
  });
}

/** Lines of query id, document id and relevance, after a heading. */
function parseQrels(text: string): Map<string, Map<string, number>> {
  const qrels = new Map<string, Map<string, number>>();
  for (const [i, line] of text.split('\n').entries()) {
    if (i === 0 || line.trim() === '') continue;
    const [query, document, relevance] = line.trim().split('\t');
    const grade = Number(relevance);
    if (!query || !document || relevance === undefined || !Number.isInteger(grade)) {
      throw invalid(`qrels/test.tsv:${i + 1}: give a query id, a document id and a whole number, by tabs.`);
    }
    qrels.set(query, (qrels.get(query) ?? new Map<string, number>()).set(document, grade));
  }
  return qrels;
}

function parseQueries(text: string): QueryLine[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const query = JSON.parse(line) as QueryLine;
      if (typeof query._id === 'string' && typeof query.text === 'string') return [query];
    } catch (cause) {
      throw invalid(`queries.jsonl:${i + 1}: is not JSON.`, cause);
    }
    throw invalid(`queries.jsonl:${i + 1}: give \`_id\` and \`text\`, both strings.`);
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw invalid(`${path}: ${(cause as Error).message}.`, cause);
  }
}

function invalid(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_REQUEST_INVALID', { detail, ...(cause === undefined ? {} : { cause }) });
}
