import { abstention } from '@freshet/models/generation/abstention';
import type { GenerateEvent, Message, Passage } from '@freshet/shared/contracts';
import { detectQuestionLanguage } from '@freshet/shared/text/language';

/** Passages that a refusal names. */
const NEAREST = 3;
const MAX_TITLE_CHARACTERS = 120;

const NEAREST_ARE = {
  en: 'Nearest to the question come',
  de: 'Der Frage am nächsten kommen',
  fr: 'Les plus proches de la question sont',
  es: 'Lo más cercano a la pregunta es',
};

/** An answer without a call to a model: that there is none, and which passages come nearest. */
export function* abstain(
  messages: readonly Message[],
  passages: readonly Passage[],
): Generator<GenerateEvent> {
  const question = messages.at(-1)?.content ?? '';
  const nearest = passages.slice(0, NEAREST).map((passage) => `“${titleOf(passage)}” [${passage.ref}]`);
  const language = detectQuestionLanguage(question);
  const pointer = nearest.length > 0 ? ` ${NEAREST_ARE[language]}: ${nearest.join(', ')}.` : '';
  yield { type: 'answer.delta', text: `${abstention(question)}${pointer}` };
  yield {
    type: 'generation.completed',
    finishReason: 'abstained',
    model: 'none',
    usage: { inputTokens: 0, outputTokens: 0 },
    costUsd: 0,
    route: 'none',
    attempts: [],
  };
}

function titleOf({ title, headingPath, documentId }: Passage): string {
  const name = title?.trim() || headingPath[0]?.trim() || documentId;
  return name.length > MAX_TITLE_CHARACTERS ? `${name.slice(0, MAX_TITLE_CHARACTERS).toWellFormed()}…` : name;
}
