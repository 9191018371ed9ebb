// biome-ignore lint/suspicious/noControlCharactersInRegex: that these have no place in text is the rule.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * Line ends as LF, without a byte order mark, control characters and lone surrogates, which stores and tokenizers
 * treat each in their own way.
 */
export function cleanText(text: string): string {
  return text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, ' ')
    .toWellFormed();
}
