import { readFile } from 'node:fs/promises';
import { FreshetError } from '@freshet/shared/errors';

export interface Vocabulary {
  /** Token to id; a token that continues a word starts with `##`. */
  tokens: ReadonlyMap<string, number>;
  /** Special token to id; has [UNK], [CLS] and [SEP]. */
  special: ReadonlyMap<string, number>;
}

interface TokenizerFile {
  normalizer?: { type?: unknown; lowercase?: unknown };
  pre_tokenizer?: { type?: unknown };
  model?: { type?: unknown; vocab?: Record<string, number> };
  added_tokens?: { id: number; content: string }[];
}

/**
 * Reads the tokenizer.json of an uncased BERT model. Throws FRESHET_MODEL_UNAVAILABLE when the file is
 * missing, broken, or describes another kind of tokenizer.
 */
export async function readVocabulary(tokenizerPath: string): Promise<Vocabulary> {
  let file: TokenizerFile | null;
  try {
    file = JSON.parse(await readFile(tokenizerPath, 'utf8'));
  } catch (cause) {
    const detail = `The tokenizer ${tokenizerPath} cannot be read: ${(cause as Error).message}`;
    throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail, cause });
  }
  const vocab = file?.model?.vocab;
  const special = new Map(file?.added_tokens?.map(({ content, id }) => [content, id]));
  const isUncasedBert =
    file?.model?.type === 'WordPiece' &&
    file.normalizer?.type === 'BertNormalizer' &&
    file.normalizer.lowercase === true &&
    file.pre_tokenizer?.type === 'BertPreTokenizer';
  if (!isUncasedBert || !vocab || !['[UNK]', '[CLS]', '[SEP]'].every((token) => special.has(token))) {
    const detail = `${tokenizerPath} is not the tokenizer.json of an uncased BERT model`;
    throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail });
  }
  return { tokens: new Map(Object.entries(vocab)), special };
}
