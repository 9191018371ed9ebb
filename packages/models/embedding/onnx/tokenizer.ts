import type { TokenCounter } from '../../embedding.ts';
import { readVocabulary } from './vocabulary.ts';
import { createWordPiece } from './wordpiece.ts';

/**
 * Counts tokens as the embedder does, without the two special tokens that it adds to every text. 2 MiB of heap;
 * meant to be loaded once in each thread that cuts texts into chunks.
 *
 * Throws FRESHET_MODEL_UNAVAILABLE when the file is not the tokenizer.json of an uncased BERT model.
 */
export async function loadTokenCounter(tokenizerPath: string): Promise<TokenCounter> {
  const { count } = createWordPiece(await readVocabulary(tokenizerPath));
  return { count };
}
