/** Letters that Unicode does not decompose, in the spelling that is typed without them. */
const SPELLINGS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i' };

/** Accents of Latin, Greek and Cyrillic; marks of other scripts are vowels and part of the word. */
const ACCENTS = /[\u0300-\u036f]/g;

/** A word without case, accents and ligatures: `Café`, `CAFE` and `ｃａｆé` are one. */
export function fold(word: string): string {
  const lower = word.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is this range, and has nothing to fold.
  if (/^[\u0000-\u007f]*$/.test(lower)) return lower;
  return (
    lower
      .normalize('NFKD')
      .replace(ACCENTS, '')
      // Marks that stand alone decompose into a space and the mark.
      .replace(/\s/g, '')
      .normalize('NFC')
      .replace(/[ßæœøđłı]/g, (letter) => SPELLINGS[letter] as string)
  );
}
