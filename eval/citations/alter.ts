import { ANTONYMS } from './antonyms.ts';
import { pick } from './pick.ts';

/** What makes a true sentence false. `citation` leaves it as it is, and cites another paragraph. */
export const FALSE_KINDS = ['number', 'name', 'negation', 'antonym', 'citation'] as const;
export type FalseKind = (typeof FALSE_KINDS)[number];

export interface AlterContext {
  /** Decides what is taken where several would do. */
  key: string;
  /** The sentence of the paragraph that the altered one comes from. */
  source: string;
  paragraph: string;
  /** Names of the paragraph, then of its article. */
  names: readonly string[];
}

const SPELLED = 'two three four five six seven eight nine ten eleven twelve'.split(' ');
const NUMBER = new RegExp(
  `(?<![\\w.,])(?:\\d+(?:,\\d{3})*(?:\\.\\d+)?(?!\\w)|(?:${SPELLED.join('|')})\\b)`,
  'gi',
);
const NAME = /\p{Lu}[\p{L}\p{M}]+(?:[ -](?:(?:of|the|de|von|van) )?\p{Lu}[\p{L}\p{M}]+)*/gu;
const AUXILIARY =
  /\b(is|was|are|were|has|had|can|could|will|would|did|does|may|must|should)\b(?! not| never|n't)/;

/** Another number in the place of one: of the paragraph in half of the cases, else one that it has not. */
export function alterNumber(sentence: string, { key, source, paragraph }: AlterContext): string | undefined {
  const numbers = [...sentence.matchAll(NUMBER)];
  const chosen = pick(numbers, `${key} number`);
  if (!chosen) return undefined;
  const [text] = chosen;
  const others = [...paragraph.matchAll(NUMBER)]
    .map(([other]) => other)
    .filter((other) => !source.includes(other) && !sentence.includes(other));
  const other = pick([pick(others, key), changed(text, key)], `${key} from`) ?? changed(text, key);
  return other === undefined || paragraph.includes(other) === false || others.includes(other)
    ? replaceAt(sentence, chosen.index, text, other ?? '')
    : undefined;
}

function changed(text: string, key: string): string {
  const spelled = SPELLED.indexOf(text.toLowerCase());
  const by = pick([1, 2, 3, 7, 12, 20], `${key} by`)!;
  if (spelled !== -1) return SPELLED[(spelled + 1 + (by % 5)) % SPELLED.length]!;
  const value = Number(text.replaceAll(',', '')) + by;
  const digits = text.includes('.') ? value.toFixed(text.split('.')[1]?.length ?? 1) : String(value);
  return text.includes(',') ? Number(digits).toLocaleString('en-US') : digits;
}

/** Another name of the paragraph or its article in the place of one. */
export function alterName(
  sentence: string,
  { key, source, paragraph, names }: AlterContext,
): string | undefined {
  const chosen = pick(
    namesOf(sentence).filter(({ name }) => paragraph.includes(name)),
    `${key} name`,
  );
  if (!chosen) return undefined;
  const has = (text: string, name: string) =>
    name.split(/[ -]/).some((word) => word.length > 3 && text.includes(word));
  const others = names.filter(
    (name) => !has(sentence, name) && !has(source, name) && !chosen.name.includes(name),
  );
  const other = pick(others, key);
  return other && replaceAt(sentence, chosen.index, chosen.name, other);
}

/** The names in a text, without single words that begin its sentences. */
export function namesOf(text: string): { name: string; index: number }[] {
  return [...text.matchAll(NAME)]
    .filter(
      ({ 0: name, index }) => name.includes(' ') || /[\p{Ll}\p{N},;] ["“(]?$/u.test(text.slice(0, index)),
    )
    .map(({ 0: name, index }) => ({
      name: name.replace(/^(?:The|In|On|At|By|After|During|From|For|As) /, ''),
      index,
    }))
    .map(({ name, index }) => ({ name, index: text.indexOf(name, index) }))
    .filter(({ name }) => name.length > 2);
}

/** A negation taken away where there is one, else set after the first auxiliary. */
export function alterNegation(sentence: string): string | undefined {
  const positive = sentence.replace(/ (?:not|never)\b|(?<=did|does|is|was|were|are|could|would)n['’]t\b/, '');
  if (positive !== sentence) return positive;
  const negative = sentence.replace(AUXILIARY, '$1 not');
  return negative === sentence ? undefined : negative;
}

/** A word exchanged for its contrary. */
export function alterAntonym(sentence: string, { key }: AlterContext): string | undefined {
  const found = [...sentence.matchAll(/\b[a-z]+\b/g)].filter(([word]) => ANTONYMS.has(word));
  const chosen = pick(found, `${key} antonym`);
  return chosen && replaceAt(sentence, chosen.index, chosen[0], ANTONYMS.get(chosen[0])!);
}

function replaceAt(text: string, index: number, old: string, replacement: string): string {
  return text.slice(0, index) + replacement + text.slice(index + old.length);
}
