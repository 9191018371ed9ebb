import { FreshetError } from '@freshet/shared/errors';
import { cohere } from './cohere.ts';
import { titan } from './titan.ts';

/** How the embedding models of one maker are called through InvokeModel. */
export interface BedrockEmbeddingModel {
  /** The ids that it stands for, without the prefix of an inference profile. */
  readonly ids: RegExp;
  /** Those that it can give; the first is its default. */
  readonly dimensions: readonly number[];
  readonly maxTokens: number;
  /** Longer texts are cut off before they are sent. */
  readonly maxCharacters: number;
  readonly batchTexts: number;
  /** Whether it cuts off what has too many tokens, or refuses it. */
  readonly cutsOff: boolean;
  /** The body of one call. */
  request(texts: readonly string[], kind: 'document' | 'query', dimensions: number): object;
  /** Raw vectors out of the answer. */
  read(answer: unknown): readonly (readonly number[])[];
}

const models: readonly BedrockEmbeddingModel[] = [titan, ...cohere];

/** @throws {FreshetError} `FRESHET_CONFIG_INVALID` for a model that is not known here, or dimensions that it lacks. */
export function resolveModel(id: string, dimensions: number | undefined) {
  const model = models.find(({ ids }) => ids.test(id));
  if (!model) {
    const detail = `EMBEDDING_MODEL ${id} is no embedding model on Bedrock that Freshet knows; docs/models.md lists them.`;
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail });
  }
  const [preferred] = model.dimensions;
  const chosen = dimensions ?? preferred!;
  if (!model.dimensions.includes(chosen)) {
    const detail = `EMBEDDING_DIMENSIONS must be ${model.dimensions.join(', ')} with EMBEDDING_MODEL ${id}`;
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail });
  }
  return { model, dimensions: chosen };
}
