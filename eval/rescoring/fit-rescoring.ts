import { RESCORE_FEATURES, type RescoreFeatures } from '@freshet/retriever/rescore/features';
import { linearScore, type RescoreModel } from '@freshet/retriever/rescore/rescore';
import type { Labels } from '../beir.ts';
import { type Example, fitLogisticRegression } from '../confidence/logistic-regression.ts';
import { mean, scoreRanking } from '../metrics.ts';
import type { Half } from '../split.ts';

/** The chunks that one question's searches found, best first. */
export interface Candidates {
  half: Exclude<Half, 'all'>;
  labels: Labels;
  documents: string[];
  features: RescoreFeatures[];
  fused: number[];
}

/** Wrong chunks that a right one is held against, the best ones. */
const CONTRASTS = 10;

/**
 * Weights with which right chunks come before wrong ones: a logistic regression over the differences of their
 * features (RankNet with a linear model; Burges et al., "Learning to Rank using Gradient Descent", 2005). Each set
 * counts the same, however large it is.
 */
export function fitRescoring(sets: readonly (readonly Candidates[])[]): RescoreModel {
  const examples = sets.flatMap((set) => {
    const differences = set.flatMap(differencesOf);
    const weight = 1 / (2 * differences.length);
    return differences.flatMap((features): Example[] => [
      { features, isTrue: true, weight },
      { features: perFeature((name) => -features[name]), isTrue: false, weight },
    ]);
  });
  const { features } = fitLogisticRegression(examples);
  return perFeature((name) => {
    const { weight = 0, scale = 1 } = features[name] ?? {};
    return Number((weight / scale).toFixed(4));
  });
}

/** The best chunk of each right document against the best chunks of wrong ones. */
function differencesOf({ documents, features, labels }: Candidates): RescoreFeatures[] {
  const isRight = (document: string) => (labels.get(document) ?? 0) > 0;
  const wrong = features.filter((_, i) => !isRight(documents[i]!)).slice(0, CONTRASTS);
  const right = features.filter((_, i) => isRight(documents[i]!) && documents.indexOf(documents[i]!) === i);
  return right.flatMap((a) => wrong.map((b) => perFeature((name) => a[name] - b[name])));
}

function perFeature(of: (name: keyof RescoreFeatures) => number): Record<keyof RescoreFeatures, number> {
  return Object.fromEntries(RESCORE_FEATURES.map((name) => [name, of(name)])) as Record<
    keyof RescoreFeatures,
    number
  >;
}

/** Mean metrics of both halves, in the order of a model or, without one, of the fused scores. */
export function judge(all: readonly Candidates[], model?: RescoreModel) {
  const by = (half: Candidates['half']) => {
    const scores = all
      .filter((one) => one.half === half)
      .map((one) => scoreRanking(rank(one, model), one.labels));
    const metrics = ['recall@1', 'recall@5', 'ndcg@10'] as const;
    return Object.fromEntries(
      metrics.map((metric) => [metric, Number(mean(scores.map((score) => score[metric])).toFixed(4))]),
    );
  };
  return { dev: by('dev'), test: by('test') };
}

/** Documents, best first, each once. */
function rank({ documents, features, fused }: Candidates, model?: RescoreModel): string[] {
  const scores = model ? features.map((one) => linearScore(model, one)) : fused;
  const order = documents.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  return [...new Set(order.map((i) => documents[i]!))];
}
