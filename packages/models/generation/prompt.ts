import type { Message, Passage } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { fitHistory, fitPassages } from './prompt/budget.ts';
import { estimateTokens } from './prompt/estimate-tokens.ts';
import { fenced } from './prompt/fence.ts';
import { fill } from './prompt/fill.ts';
import { builtInPrompts, type PromptTemplate } from './prompt/templates.ts';

export interface Prompt {
  system: string;
  /** User and assistant in turn; the first and the last are the user's. */
  messages: Message[];
}

export interface BuiltPrompt extends Prompt {
  /** Passages that did not fit. */
  omittedRefs: number[];
  /** Earliest messages that did not fit. */
  omittedMessages: number;
}

export interface PromptBudgets {
  /** Tokens of the passages, 4,000 by default; the question may have as many. */
  contextTokens?: number | undefined;
  /** Tokens of the messages before the question, 1,000 by default. */
  historyTokens?: number | undefined;
}

export interface BuildPromptOptions extends PromptBudgets {
  template?: PromptTemplate;
  countTokens?: (text: string) => number;
}

/**
 * What a language model is asked: the rules, the conversation, and the passages before its last question. What does
 * not fit into the budgets is left out whole, and named.
 * @throws {FreshetError} `FRESHET_REQUEST_INVALID` without a question, `FRESHET_QUESTION_TOO_LONG`, and
 * `FRESHET_CONTEXT_TOO_LONG` when not one passage fits.
 */
export function buildPrompt(
  messages: readonly Message[],
  passages: readonly Passage[],
  {
    template = builtInPrompts().get(),
    contextTokens = 4_000,
    historyTokens = 1_000,
    countTokens = estimateTokens,
  }: BuildPromptOptions = {},
): BuiltPrompt {
  const { question, before } = splitLast(messages);
  if (question === undefined) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail: 'The conversation has no question.' });
  }
  if (countTokens(question) > contextTokens) throw new FreshetError('FRESHET_QUESTION_TOO_LONG');
  const shown = new Map(passages.map((passage) => [passage, show(template.passage, passage)]));
  const fitting = fitPassages(passages, contextTokens, (passage) => countTokens(shown.get(passage)!));
  if (fitting.kept.length === 0 && passages.length > 0) {
    throw new FreshetError('FRESHET_CONTEXT_TOO_LONG', {
      detail: `No passage fits into ${contextTokens} tokens; the operator can raise CONTEXT_TOKENS.`,
    });
  }
  const history = fitHistory(before, historyTokens, countTokens);
  const content = fill(template.question, {
    passages: fitting.kept.map((passage) => shown.get(passage)!).join('\n'),
    question,
  });
  return {
    system: template.system,
    messages: [...alternate(history.kept), { role: 'user', content }],
    omittedRefs: fitting.omitted.map(({ ref }) => ref),
    omittedMessages: history.omitted.length,
  };
}

/** The question: the user's last messages in a row, as one. What an assistant says after them is left out. */
function splitLast(messages: readonly Message[]): {
  question: string | undefined;
  before: readonly Message[];
} {
  const end = messages.findLastIndex(({ role }) => role === 'user') + 1;
  let start = end;
  while (start > 0 && messages[start - 1]!.role === 'user') start -= 1;
  const asked = messages.slice(start, end).map(({ content }) => content);
  return { question: asked.length > 0 ? asked.join('\n\n') : undefined, before: messages.slice(0, start) };
}

/** One message a turn, from the user's first on: models accept no other conversations. */
function alternate(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const { role, content } of messages) {
    const last = turns.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else if (last || role === 'user') turns.push({ role, content });
  }
  return turns;
}

function show(template: string, { ref, title, headingPath, text, changedAt }: Passage): string {
  const heading = [title, ...headingPath].filter(Boolean).join(' > ');
  return fenced(template, { ref, title: heading, changed: changedAt.slice(0, 10), text });
}
