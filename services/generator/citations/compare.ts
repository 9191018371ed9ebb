import { hasOpposite } from '@freshet/shared/text/opposites';
import { differences, type Gap } from './differences.ts';
import type { Evidence, Window } from './evidence.ts';
import type { Term } from './terms.ts';

/** What speaks against a sentence: the first four contradict it, the last two are only not to be found. */
export type Fault = 'number' | 'name' | 'negation' | 'antonym' | 'number-missing' | 'name-missing';

export interface Comparison {
  window: Window;
  /** Share of the weight of the sentence's content words that is found there, 0 to 1. */
  coverage: number;
  /** The same share without numbers and names. */
  wordCoverage: number;
  faults: Fault[];
}

/** Weight of a word: the rarer in the passages, the more it tells. */
export type Weigh = (key: string) => number;

/** What a word counts that stands in the title or a heading, or elsewhere in the passage, but not in the window. */
const IN_CONTEXT = 0.7;
const IN_PASSAGE = 0.4;
const SAME_ROOT = 0.8;
const NAME_WEIGHT = 1.5;
/** Letters that two forms of a word share at the least, and their share of the longer one. */
const ROOT_LETTERS = 4;
const ROOT_SHARE = 0.6;
const MAX_INITIALS = 6;

/** How much of a sentence a window says, and what it says otherwise. */
export function compare(
  claim: readonly Term[],
  window: Window,
  evidence: Evidence,
  weigh: Weigh,
): Comparison {
  const isName = ({ key, isName, mayBeName }: Term) =>
    isName || (mayBeName && (evidence.names.has(key) || !evidence.keys.has(key)));
  const all = { total: 0, found: 0 };
  const plain = { total: 0, found: 0 };
  for (const term of claim) {
    if (term.kind === 'stop' || term.kind === 'negation') continue;
    const isPlain = term.kind !== 'number' && !isName(term);
    const weight = weigh(term.key) * (isPlain ? 1 : NAME_WEIGHT);
    const credited = weight * credit(term, window, evidence);
    for (const sum of isPlain ? [all, plain] : [all]) {
      sum.total += weight;
      sum.found += credited;
    }
  }
  const gaps = differences(claim, window.terms);
  const said = new Set(claim.map(({ key }) => key));
  const faults = new Set<Fault>([
    ...replaced(gaps, said, window, evidence, isName),
    ...(exchangesNames(claim, window.terms, isName) ? (['name'] as const) : []),
    ...(negates(claim, window, gaps) ? (['negation'] as const) : []),
    ...(opposes(gaps, said, window) ? (['antonym'] as const) : []),
  ]);
  const share = ({ total, found }: typeof all, none: number) => (total === 0 ? none : found / total);
  return { window, coverage: share(all, 0), wordCoverage: share(plain, 1), faults: [...faults] };
}

function credit(term: Term, window: Window, evidence: Evidence): number {
  if (window.keys.has(term.key)) return 1;
  if (term.kind === 'number') return 0;
  if (hasSameRoot(term.key, window.keys)) return SAME_ROOT;
  if (evidence.context.has(term.key)) return IN_CONTEXT;
  return evidence.keys.has(term.key) ? IN_PASSAGE : 0;
}

/** Germany and German, disobey and disobedience: forms that the stemmer leaves apart. */
function hasSameRoot(key: string, others: ReadonlySet<string>): boolean {
  if (key.length < ROOT_LETTERS) return false;
  const root = key.slice(0, ROOT_LETTERS);
  for (const other of others) {
    if (!other.startsWith(root)) continue;
    let shared = root.length;
    while (shared < key.length && key[shared] === other[shared]) shared += 1;
    if (shared >= ROOT_SHARE * Math.max(key.length, other.length)) return true;
  }
  return false;
}

/**
 * Numbers and names of the sentence in whose place, between the same words, the window has others: it contradicts,
 * even where it has them elsewhere. Of those that the window lacks altogether, a name may be who or what it only points
 * to, if the passage names it.
 */
function* replaced(
  gaps: readonly Gap[],
  said: ReadonlySet<string>,
  window: Window,
  evidence: Evidence,
  isName: (term: Term) => boolean,
): Generator<Fault> {
  for (const { mine, theirs, isTight } of gaps) {
    const unsaid = theirs.filter(({ key }) => !said.has(key));
    const hasNumber = unsaid.some(({ kind }) => kind === 'number');
    const hasName = unsaid.some((term) => term.isName || term.mayBeName);
    for (const term of mine) {
      const isThere = window.keys.has(term.key);
      if (isThere && !isTight) continue;
      if (term.kind === 'number' && term.key !== '1') {
        if (hasNumber) yield 'number';
        else if (!isThere) yield 'number-missing';
      } else if (isName(term) && !isNamed(term, theirs, evidence)) {
        if (hasName) yield 'name';
        // A capital at the beginning of a sentence makes no name.
        else if (term.isName && !isThere && !evidence.keys.has(term.key)) yield 'name-missing';
      }
    }
  }
}

/** Whether two names stand in the opposite order around the same words: who did it, and to whom. */
function exchangesNames(
  claim: readonly Term[],
  theirs: readonly Term[],
  isName: (term: Term) => boolean,
): boolean {
  const places = claim.flatMap((term, i) => (isName(term) ? [i] : []));
  return places.slice(1).some((second, i) => {
    const first = places[i]!;
    const [a, b] = [claim[first]!.key, claim[second]!.key];
    const [later, earlier] = [a, b].map((key) => theirs.findIndex((term) => term.key === key)) as [
      number,
      number,
    ];
    if (earlier === -1 || later <= earlier) return false;
    const mine = between(claim, first, second);
    const other = between(theirs, earlier, later);
    return mine.content !== '' && mine.content === other.content && mine.isPassive === other.isPassive;
  });
}

function between(terms: readonly Term[], from: number, to: number) {
  const inside = terms.slice(from + 1, to);
  const content = inside.filter(({ kind }) => kind !== 'stop').map(({ key }) => key);
  return { content: content.join(' '), isPassive: inside.some(({ key }) => PASSIVE.has(key)) };
}

/** What turns who did it and to whom around. */
const PASSIVE: ReadonlySet<string> = new Set(['by', 'von', 'durch', 'par', 'por']);

/** By another form of the word, or by the words that it is the initials of. */
function isNamed({ key }: Term, theirs: readonly Term[], evidence: Evidence): boolean {
  return (
    hasSameRoot(key, new Set(theirs.map((term) => term.key))) ||
    (key.length <= MAX_INITIALS && evidence.initials.includes(` ${key} `))
  );
}

/** Words after a negation that it may turn. */
const SCOPE = 2;

/** Whether one negates a word that both have, and the other does not. */
function negates(claim: readonly Term[], window: Window, gaps: readonly Gap[]): boolean {
  const isTurned = gaps.some(
    ({ mine, theirs, isTight }) =>
      isTight &&
      negations(mine) % 2 !== negations(theirs) % 2 &&
      (mine.every(isSlight) || theirs.every(isSlight)) &&
      !mine.some(({ key }) => hasOpposite(key, new Set(theirs.map((term) => term.key)))),
  );
  if (isTurned) return true;
  const mine = scopes(claim);
  const theirs = scopes(window.terms);
  const turned = new Set(theirs.flat());
  return mine.some(
    (scope) =>
      !scope.some((key) => turned.has(key) || hasOpposite(key, window.keys)) &&
      (scope.some((key) => window.keys.has(key)) || theirs.length === 0),
  );
}

const isSlight = ({ kind }: Term) => kind === 'negation' || kind === 'stop';

function negations(terms: readonly Term[]): number {
  return terms.filter(({ kind }) => kind === 'negation').length;
}

/** The content words that each negation of a sentence may turn. */
function scopes(terms: readonly Term[]): string[][] {
  return terms.flatMap(({ kind }, i) => {
    if (kind !== 'negation') return [];
    const rest = terms.slice(i + 1).filter((term) => term.kind !== 'stop');
    const end = rest.findIndex((term) => term.kind === 'negation');
    const scope = rest.slice(0, end === -1 ? SCOPE : Math.min(end, SCOPE)).map(({ key }) => key);
    return scope.length > 0 ? [scope] : [];
  });
}

/** Whether the window has the contrary of a word of the sentence in its stead. */
function opposes(gaps: readonly Gap[], said: ReadonlySet<string>, window: Window): boolean {
  return gaps.some(({ mine, theirs, isTight }) => {
    const unsaid = new Set(theirs.flatMap(({ key }) => (isTight || !said.has(key) ? [key] : [])));
    return mine.some(({ key }) => (isTight || !window.keys.has(key)) && hasOpposite(key, unsaid));
  });
}
