import type { Passage } from '@freshet/shared/contracts';
import { round } from '../stages.ts';
import type { PassageDraft } from './arrange.ts';
import { join } from './join.ts';

export function toPassage({ best, chunks, duplicates }: PassageDraft, index: number): Passage {
  const { source, documentId, version, title, uri, changedAt } = chunks[0]!.chunk.manifest;
  const { score, rerankScore, lexicalScore, vectorScore } = best;
  const others = new Map(
    duplicates
      .map(({ chunk: { manifest } }) => manifest)
      .filter((manifest) => manifest.source !== source || manifest.documentId !== documentId)
      .map((manifest) => [`${manifest.source}/${manifest.documentId}`, manifest]),
  );
  return {
    ref: index + 1,
    source,
    documentId,
    version,
    ...(title === undefined ? {} : { title }),
    ...(uri === undefined ? {} : { uri }),
    ...join(chunks),
    score: round(score, 4),
    ...(rerankScore === undefined ? {} : { rerankScore: round(rerankScore, 4) }),
    ...(lexicalScore === undefined ? {} : { lexicalScore: round(lexicalScore, 3) }),
    ...(vectorScore === undefined ? {} : { vectorScore: round(vectorScore, 4) }),
    changedAt,
    ...(others.size === 0
      ? {}
      : {
          duplicates: [...others.values()].map((other) => ({
            source: other.source,
            documentId: other.documentId,
            ...(other.title === undefined ? {} : { title: other.title }),
          })),
        }),
  };
}
