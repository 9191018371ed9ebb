/** How a true sentence comes from the paragraph that holds a question's answer. */
export const TRUE_KINDS = ['verbatim', 'shortened', 'reordered', 'statement'] as const;
export type TrueKind = (typeof TRUE_KINDS)[number];

const PREPOSITION = 'In|On|At|During|After|Before|By|From|Since|Under|Within|Throughout|Among|As|For|With';
const BE = 'is|was|are|were';
const AUXILIARY = 'is|was|are|were|did|does|do|has|had|have|can|could|will|would|may|might|must|should';

/** A sentence without a part of it that does not hold the answer, or `undefined` where none can go. */
export function shorten(sentence: string, answer: string): string | undefined {
  const cuts = [
    / \([^()]*\)/,
    /, (?:which|who|where|including|such as|especially|particularly|but|while|although|and)\b[^,]*(?=, |\.$)/,
    /, [^,]{10,}(?=\.$)/,
    new RegExp(`^(?:${PREPOSITION})\\b[^,]{3,60}, `),
  ];
  for (const cut of cuts) {
    const found = sentence.match(cut)?.[0];
    if (found === undefined || found.includes(answer)) continue;
    const rest = sentence.replace(cut, '');
    if (rest.includes(answer) && rest.split(' ').length >= 5) return capitalise(rest);
  }
  return undefined;
}

/** A sentence whose leading circumstance comes at its end. */
export function reorder(sentence: string): string | undefined {
  const match = sentence.match(new RegExp(`^((?:${PREPOSITION})\\b[^,]{2,50}), ([^,]+)([.])$`));
  if (!match) return undefined;
  const [, lead = '', rest = '', end = ''] = match;
  return `${capitalise(rest)} ${lead.charAt(0).toLowerCase()}${lead.slice(1)}${end}`;
}

/** A question as the statement that its answer makes of it, where the form of the question is a plain one. */
export function toStatement(question: string, answer: string): string | undefined {
  const asked = question.trim().replace(/\s*\?$/, '');
  const rules: [RegExp, (...groups: string[]) => string][] = [
    [new RegExp(`^what (${BE}) (?!it\\b|there\\b)(.+)$`, 'i'), (be, rest) => `${rest} ${be} ${answer}`],
    [/^who (.+)$/i, (rest) => `${answer} ${rest}`],
    [/^how many ([\w ]+?) (?:did|does|do) (.+)$/i, (noun, rest) => `${rest} ${answer} ${noun}`],
    [
      new RegExp(`^how many ([\\w ]+?) (${BE}) (?!there\\b)(.+)$`, 'i'),
      (noun, be, rest) => `${answer} ${noun} ${be} ${rest}`,
    ],
    [/^(?:when|in (?:what|which) year|on what date) did (.+)$/i, (rest) => `${rest} ${when(answer)}`],
    [
      /^where did (.+)$/i,
      (rest) => `${rest} ${/^(?:in|at|on|to|from)\b/i.test(answer) ? '' : 'in '}${answer}`,
    ],
    [
      new RegExp(`^(?:what|which) (\\w+) (?!${AUXILIARY})(\\w+(?:ed|es|s)) (.+)$`, 'i'),
      (_, verb, rest) => `${answer} ${verb} ${rest}`,
    ],
  ];
  for (const [form, build] of rules) {
    const match = asked.match(form);
    if (match && !asked.includes('?')) return `${capitalise(build(...match.slice(1)))}.`;
  }
  return undefined;
}

function when(answer: string): string {
  return /^(?:in|on|at|by|after|before|during|since|from)\b/i.test(answer) ? answer : `in ${answer}`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
