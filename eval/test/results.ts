import { type Scores, scoreRanking } from '../metrics.ts';
import { createReport, type QuestionResult, type Report } from '../report/report.ts';

/** A question whose one relevant document is at `rank`, from 1; without a rank it is unanswerable. */
export function resultAt(id: string, rank: number | undefined, score = 0.5): QuestionResult {
  const documents = Array.from({ length: 10 }, (_, i) => (i + 1 === rank ? 'right' : `other ${i}`));
  return {
    id,
    isAnswerable: rank !== undefined,
    documents,
    ...(rank === undefined ? {} : { scores: scoresAt(documents) }),
    signals: { confidence: score, score, vectorScore: score, lexicalScore: score },
    milliseconds: 10,
  };
}

function scoresAt(documents: string[]): Scores {
  return scoreRanking(documents, new Map([['right', 1]]));
}

export function reportOf(results: QuestionResult[], dataset = 'set'): Report {
  const head = {
    dataset,
    index: 'sqlite',
    half: 'test' as const,
    embedder: 'none',
    documents: 12,
    skippedDocuments: 0,
    embedsQuestions: false,
  };
  return createReport(head, results);
}
