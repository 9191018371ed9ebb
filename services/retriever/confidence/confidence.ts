import type { Passage } from '@freshet/shared/contracts';
import { type Features, readFeatures } from './features.ts';
import model from './model.json' with { type: 'json' };

/** A logistic regression over standardised features. */
export interface LogisticModel {
  bias: number;
  features: Record<string, { mean: number; scale: number; weight: number }>;
}

export interface ConfidenceModel {
  /** Whether the passages are about what the question is about. */
  onTopic: LogisticModel;
  /** Whether they answer it, where they are. */
  answered: LogisticModel;
}

/** Cosine similarities mean what they mean for one embedding model alone. */
interface FittedConfidence {
  /** The model whose similarities it was fitted on, as fingerprints begin. */
  embedder: string;
  withSimilarities: ConfidenceModel;
  /** For all other embedding models: by words. */
  byWords: ConfidenceModel;
}

/**
 * Probability, 0 to 1, that passages answer a question: that they are about its subject, times that they answer it
 * then. Fitted by `npm run eval:confidence`, see docs/adr/0018-confidence.md. 0 where there are no passages, or the
 * question has no word to go by.
 */
export type Confidence = (question: string, passages: readonly Passage[]) => number;

/** @param embedder fingerprint of the model that the passages were found with */
export function createConfidence(embedder: string, fitted: FittedConfidence = model): Confidence {
  const chosen = embedder.startsWith(fitted.embedder) ? fitted.withSimilarities : fitted.byWords;
  return (question, passages) => {
    const features = readFeatures(question, passages);
    return features ? predictConfidence(chosen, features) : 0;
  };
}

export function predictConfidence({ onTopic, answered }: ConfidenceModel, features: Features): number {
  return predict(onTopic, features) * predict(answered, features);
}

function predict({ bias, features }: LogisticModel, values: Features): number {
  let sum = bias;
  for (const [name, { mean, scale, weight }] of Object.entries(features)) {
    // What lies far outside of what the model was fitted on says no more than its edge does.
    const standard = Math.max(-5, Math.min(5, ((values[name] ?? mean) - mean) / scale));
    sum += weight * standard;
  }
  return 1 / (1 + Math.exp(-sum));
}
