import type { ConfidenceModel } from '@freshet/retriever/confidence/confidence';
import type { Asked } from './fit.ts';
import { fitLogisticRegression } from './logistic-regression.ts';

/** What tells a subject: how near the passages are, and how much of the question they hold. */
const TOPIC = ['cosine', 'firstCosine', 'coveredSentence', 'coveredNear', 'coveredPassage', 'pairsPassage'];

/** Features that mean what they mean for one embedding model alone. */
const SIMILARITIES = /cosine|fusedGap|agreement/i;

/**
 * Both parts of the confidence. Whether a question is answered is fitted on the first set alone, which was made for
 * it: its unanswerable questions are about what its corpus is about. The subject is fitted on all, against strangers;
 * there no feature may speak against what it stands for. Without similarities, words have to tell it.
 */
export function fitConfidence(
  own: readonly Asked[],
  others: readonly Asked[],
  { similarities }: { similarities: boolean },
): ConfidenceModel {
  const isUsed = (name: string) => similarities || !SIMILARITIES.test(name);
  const all = [...own, ...others];
  const strangers = all.filter(({ isStranger }) => isStranger).length;
  return {
    onTopic: fitLogisticRegression(
      all.map(({ features, isStranger }) => ({
        features,
        isTrue: !isStranger,
        weight: isStranger ? 1 / strangers : 1 / (all.length - strangers),
      })),
      { names: TOPIC.filter(isUsed), signOf: () => 1 },
    ),
    answered: fitLogisticRegression(
      own
        .filter(({ isStranger }) => !isStranger)
        .map(({ features, isAnswerable }) => ({ features, isTrue: isAnswerable, weight: 1 })),
      { names: Object.keys(own[0]?.features ?? {}).filter(isUsed) },
    ),
  };
}
