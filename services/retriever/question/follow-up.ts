import type { Message } from '@freshet/shared/contracts';
import { isStopWord } from '@freshet/shared/text/stop-words';
import { words } from '@freshet/shared/text/words';

/** How a question begins that goes on from the one before. */
const CONNECTIVE =
  /^\W*(?:and|or|but|so|then|also|ok(?:ay)?|what about|how about|what if|what else|same (?:for|with)|why not)\b/i;

/** Words that stand for what was said before: each with what must not follow or come before it. */
const REFERENCE = new RegExp(
  [
    String.raw`(?<!\b(?:is|was|would|makes) )\bit\b(?! (?:is|was) (?:possible|necessary|safe|ok|okay|allowed|true|better|worth))`,
    String.raw`\b(?:its|itself|they|them|their|theirs|these|those|else|instead|the (?:same|latter|former)|the other one)\b`,
    String.raw`\bis it\b(?! (?:possible|necessary|safe|ok|okay|allowed|true|better|worth))`,
    String.raw`\bthis\b`,
    String.raw`(?:^|\b(?:of|for|with|in|on|to|from|about|after|before|do|does|did|is|was|than|by|like) )that\b`,
    String.raw`\bthat\b(?=\W*$)`,
    String.raw`(?<!\b(?:is|are|was|were) )\bthere\b(?=\W*$)`,
    String.raw`\b(?:this|that|which|another|first|second|last) one\b`,
  ].join('|'),
  'i',
);

/** From so many content words on, a reference finds what it stands for in its own question. */
const ANTECEDENT_WORDS = 3;
/** A question of so few words leaves out what it is about. */
const ELLIPTICAL_WORDS = 4;
const ELLIPTICAL_CONTENT_WORDS = 2;

/** How a question leans on what came before, if it does. */
export type Leaning = 'reference' | 'connective' | 'ellipsis';

/** By rules for English: a question in another language stands by itself unless it is very short. */
export function leaningOf(question: string): Leaning | undefined {
  const reference = REFERENCE.exec(question);
  if (reference && contentWords(question.slice(0, reference.index)).length < ANTECEDENT_WORDS) {
    return 'reference';
  }
  if (CONNECTIVE.test(question)) return 'connective';
  const all = question.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const isElliptical =
    all.length <= ELLIPTICAL_WORDS && contentWords(question).length <= ELLIPTICAL_CONTENT_WORDS;
  return isElliptical ? 'ellipsis' : undefined;
}

/** A user's turns to go back for a topic: each of them may be a follow-up itself. */
const MAX_TURNS = 4;
const MAX_TOPIC_WORDS = 12;

/**
 * A follow-up with what it is about: the content words of the user's questions before it, back to one that stands by
 * itself, and names out of the last answer when it refers to something. Any other question as it is.
 */
export function condense(question: string, history: readonly Message[], turns = MAX_TURNS): string {
  const leaning = turns > 0 && history.length > 0 ? leaningOf(question) : undefined;
  if (!leaning) return question;
  const last = history.findLastIndex(({ role }) => role === 'user');
  if (last === -1) return question;
  const before = condense(history[last]!.content, history.slice(0, last), turns - 1);
  const asked = new Set(words(question));
  const replaced = replacedBy(question, before);
  const topic = contentWords(before).filter((word) => !asked.has(word.toLowerCase()) && !replaced.has(word));
  const answer = history.slice(last + 1).findLast(({ role }) => role === 'assistant')?.content;
  const named = leaning === 'reference' && answer !== undefined ? namesIn(answer) : [];
  const known = new Set([...asked, ...topic.map((word) => word.toLowerCase())]);
  const added = [
    ...topic.slice(0, MAX_TOPIC_WORDS),
    ...named.filter((name) => !known.has(name.toLowerCase())),
  ];
  return added.length === 0 ? question : `${question} ${added.join(' ')}`;
}

const WORD = /[\p{L}\p{N}\p{M}]+(?:[-_.:/@'’][\p{L}\p{N}\p{M}]+)*/gu;

/** As they are written, each once, in their order. */
function contentWords(text: string): string[] {
  const found = new Map<string, string>();
  for (const [word] of text.matchAll(WORD)) {
    const key = word.toLowerCase();
    if (!isStopWord(key) && !FILLERS.has(key) && !found.has(key)) found.set(key, word);
  }
  return [...found.values()];
}

/** Words of questions that are not about their subject. */
const FILLERS = new Set(
  'am did get give like know let look need ok okay one really same see show tell thank thanks try use want else instead'.split(
    ' ',
  ),
);

const PHRASE =
  /\b(on|in|for|with|from|under|at|to|using|via)\s+((?:the|a|an|my|our)\s+)?([\p{L}\p{N}][\p{L}\p{N}._-]*)/giu;

/** "And on Windows?" takes the place of "on Linux": the words of the question before it that do not hold any more. */
function replacedBy(question: string, before: string): Set<string> {
  if (!CONNECTIVE.test(question) && !/^\W*(?:on|in|for|with|from|under|at|to|using|via)\b/i.test(question)) {
    return new Set();
  }
  const asked = new Map([...question.matchAll(PHRASE)].map(([, preposition, , word]) => [preposition, word]));
  return new Set(
    [...before.matchAll(PHRASE)]
      .filter(([, preposition, , word]) => asked.has(preposition) && asked.get(preposition) !== word)
      .map(([, , , word]) => word!),
  );
}

const MAX_NAMES = 3;
const NAMED_SENTENCES = 2;

/** Names and codes out of the head of an answer: what is between backticks, has a digit, or is capitalised in mid-sentence. */
function namesIn(answer: string): string[] {
  const head = answer
    .replaceAll(/\[\d+\]/g, '')
    .split(/(?<=[.!?])\s+/)
    .slice(0, NAMED_SENTENCES);
  const names = head.flatMap((sentence) => [
    ...[...sentence.matchAll(/`([^`\n]{2,60})`/g)].map(([, code]) => code!),
    ...[...sentence.matchAll(/(?<=[\p{L}\p{N},] )(?:\p{Lu}[\p{L}\p{N}]+(?:[-.]\p{L}+)*)/gu)].map(
      ([name]) => name,
    ),
    ...[...sentence.matchAll(/\b[A-Z]{2,}-\d+\b/g)].map(([code]) => code),
  ]);
  return [...new Set(names)].slice(0, MAX_NAMES);
}
