/** How servers say that a text or a prompt is longer than the model's context; no two of them alike. */
const TOO_LONG =
  /too (?:long|large)|too many (?:input )?tokens|exceeds? .*(?:context|length)|(?:maximum|max) (?:context|model|sequence) ?len|context (?:window|length)|must have less than \d+ tokens/i;

export function saysTooLong(message: string): boolean {
  return TOO_LONG.test(message);
}

/**
 * A text cut so that it may fit. The numbers of tokens in the server's message tell by how much: it names what it
 * allows and what it was given.
 */
export function shortened(text: string, message: string): string {
  // Some messages begin with their status, `400 Bad Request: …`, which is no number of tokens.
  const said = message.replace(/^\s*\d{3} [a-z ]+:/i, '');
  const numbers = (said.match(/\d+/g) ?? []).map(Number).filter((number) => number > 1);
  const [allowed, given] = [Math.min(...numbers), Math.max(...numbers)];
  // A little below the mean of the text, for the part that is kept may have the shorter tokens.
  const share = numbers.length < 2 || allowed === given ? 0.5 : (0.95 * allowed) / given;
  return text.slice(0, Math.floor(text.length * Math.max(share, 0.1))).toWellFormed();
}
