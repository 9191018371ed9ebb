const ACRONYM = /(?<![\p{L}\p{N}-])(\p{Lu}[\p{Lu}\p{N}]{1,7})s?(?![\p{L}\p{N}-])/gu;

/** The acronyms of a question; none when it is written in capitals throughout. */
export function acronymsIn(question: string): string[] {
  const found = [...new Set([...question.matchAll(ACRONYM)].map(([, acronym]) => acronym!))];
  return found.length > 0 && /\p{Ll}/u.test(question) ? found : [];
}

/**
 * A question with what its acronyms stand for, as these texts say it: "Horizontal Pod Autoscaler (HPA)" or "HPA
 * (Horizontal Pod Autoscaler)". `undefined` when they say nothing that the question does not.
 */
export function expandAcronyms(question: string, texts: readonly string[]): string | undefined {
  const lower = question.toLowerCase();
  const meanings = acronymsIn(question)
    .map((acronym) => meaningOf(acronym, texts))
    .filter((meaning) => meaning !== undefined && !lower.includes(meaning.toLowerCase()));
  return meanings.length === 0 ? undefined : `${question} ${meanings.join(' ')}`;
}

/** What most of the texts say that an acronym stands for. */
function meaningOf(acronym: string, texts: readonly string[]): string | undefined {
  const counts = new Map<string, { meaning: string; count: number }>();
  for (const text of texts) {
    const meaning = definitionIn(acronym, text);
    if (meaning === undefined) continue;
    const key = meaning.toLowerCase();
    const known = counts.get(key) ?? { meaning, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.meaning;
}

const MAX_MEANING_CHARACTERS = 80;

function definitionIn(acronym: string, text: string): string | undefined {
  const behind = new RegExp(
    String.raw`([^()\n.;:]{3,${MAX_MEANING_CHARACTERS}}?)\s*\(\**${acronym}s?\**\)`,
    'u',
  ).exec(text)?.[1];
  const before = new RegExp(
    String.raw`(?<![\p{L}\p{N}])${acronym}s?\s*\(([^()\n]{3,${MAX_MEANING_CHARACTERS}})\)`,
    'u',
  ).exec(text)?.[1];
  return (
    (behind === undefined ? undefined : endSpelling(acronym, behind)) ??
    (before !== undefined && endSpelling(acronym, before) === before ? before : undefined)
  );
}

/** The last words of a text whose first letters spell the acronym; small words between them are passed over. */
function endSpelling(acronym: string, text: string): string | undefined {
  const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)];
  let letter = acronym.length - 1;
  for (const { 0: word, index } of words.reverse()) {
    if (word[0]!.toUpperCase() === acronym[letter]) {
      if (letter === 0) return text.slice(index).trim();
      letter -= 1;
    } else if (!/^(?:of|the|and|for|in|to|on|a|an)$/i.test(word)) {
      return undefined;
    }
  }
  return undefined;
}
