const CARDINALS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

const SPELLED = new Map<string, string>([
  ...CARDINALS.map((word, value) => [word, String(value)] as const),
  ...TENS.map((word, i) => [word, String((i + 2) * 10)] as const),
]);

/** They scale the number before them: 3 million is not 3 billion. */
const SCALES = new Set(['hundred', 'thousand', 'million', 'billion', 'trillion']);

/** Digits in groups of three, or plain, with decimals. */
export const NUMBER = /\d{1,3}(?:[,\u00a0\u202f’']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?/u;

const WRITTEN = new RegExp(`^(?:${NUMBER.source})(?:st|nd|rd|th)?$`, 'iu');

/**
 * What a number amounts to, however it is written: `1,200` is `1200`, `12.50` is `12.5`, `19th` is `19` and `seven` is
 * `7`. `undefined` for what is no number; a word like `v1.29` or `1970s` is an identifier, and one of its own.
 */
export function numberValue(word: string): string | undefined {
  const lower = word.toLowerCase();
  const spelled = SPELLED.get(lower) ?? (SCALES.has(lower) ? lower : undefined);
  if (spelled !== undefined) return spelled;
  if (!WRITTEN.test(word)) return undefined;
  const digits = word.replace(/(?:st|nd|rd|th)$/i, '').replace(/[,\u00a0\u202f’'](?=\d{3}(?:\D|$))/gu, '');
  return String(Number(digits.replace(',', '.')));
}
