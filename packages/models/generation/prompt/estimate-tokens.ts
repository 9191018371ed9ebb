/**
 * Tokens of a character, on the high side, by the script: what tokenizers of 100,000 to 200,000 tokens make of prose.
 * Latin letters come to about 4 a token, those of other alphabets to about 2, and ideographs to 1 or less.
 */
const LATIN = 0.3;
const DIGIT_OR_SIGN = 0.5;
const ALPHABETIC = 0.6;
const OTHER = 1.2;

const NON_LATIN_ALPHABETS =
  /[\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Armenian}\p{sc=Latin}]/u;

/**
 * About how many tokens a text has, for a model whose tokenizer is not known: rather too many than too few, so that a
 * budget by it holds.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
    if (isLetter || code === 32) tokens += LATIN;
    else if (code < 128) tokens += DIGIT_OR_SIGN;
    else if (code > 0xffff) tokens += 2 * OTHER;
    else tokens += NON_LATIN_ALPHABETS.test(character) ? ALPHABETIC : OTHER;
  }
  return Math.ceil(tokens);
}
