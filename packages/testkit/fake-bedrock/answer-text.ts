const TAGGED = /<passage\b[^>]*?\b(?:ref|index|id|n)="?(\d+)"?[^>]*>([\s\S]*?)<\/passage>/g;
const NUMBERED = /^\s*\[(\d+)\]\s+(.+)$/gm;
const WITHOUT_PASSAGES = 'No passages came with the question, so there is nothing that could be cited.';
const NATURAL_SENTENCES = 3;

/**
 * The tokens of an answer that cites what the prompt brought: the first sentences of its passages in turn, each
 * with its number. A token is a word with the space before it. With `tokens` there are exactly so many, the answer
 * going on through the passages or beginning again; without it there are three sentences.
 */
export function answerTokens(prompt: string, tokens?: number): string[] {
  const cited = sentences(prompt);
  if (tokens === undefined) return toTokens(cited.slice(0, NATURAL_SENTENCES).join(' '));
  const all = toTokens(cited.join(' '));
  return Array.from({ length: tokens }, (_, i) => {
    const token = all[i % all.length]!;
    return i > 0 && !token.startsWith(' ') ? ` ${token}` : token;
  });
}

/** About four characters a token, as English has it. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function sentences(prompt: string): string[] {
  // Those of the question: a prompt may have examples before them.
  const asked = prompt.slice(Math.max(0, prompt.lastIndexOf('<passages>')));
  const tagged = [...asked.matchAll(TAGGED)];
  const passages = tagged.length > 0 ? tagged : [...asked.matchAll(NUMBERED)];
  // The first sentence of each passage, then the second of each, and so on.
  const rounds = passages.flatMap(([, ref, text = '']) =>
    (text.match(/[^.!?\n]+[.!?]?/g) ?? [])
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence.includes(' '))
      .map((sentence, round) => ({ round, text: `${sentence} [${ref}]` })),
  );
  const inRounds = rounds.toSorted((a, b) => a.round - b.round).map(({ text }) => text);
  return inRounds.length > 0 ? inRounds : [WITHOUT_PASSAGES];
}

function toTokens(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}
