import { detectQuestionLanguage } from '@freshet/shared/text/language';

const ABSTENTIONS = {
  en: 'I found no answer to this in the documents that you may see.',
  de: 'In den Dokumenten, die Sie sehen dürfen, habe ich keine Antwort darauf gefunden.',
  fr: "Je n'ai pas trouvé de réponse à cela dans les documents que vous pouvez voir.",
  es: 'No he encontrado respuesta a esto en los documentos que usted puede ver.',
};

/** What a model is told to answer when the passages hold no answer. */
export const ABSTENTION = ABSTENTIONS.en;

/** The same in the language of a question, where it is one of those that are known here; else in English. */
export function abstention(question: string): string {
  return ABSTENTIONS[detectQuestionLanguage(question)];
}

/** Models refuse in words of their own. Each begins the answer; the apostrophes are plain. */
const REFUSALS = [
  /^(?:i(?:'m| am)? (?:sorry|afraid)[,.:;]? (?:but )?|unfortunately,? |sorry,? (?:but )?)?(?:i (?:do not|don't) (?:know|have (?:enough |any |the |that )?information)|i (?:cannot|can't|could not|couldn't|am unable to|am not able to|was unable to) (?:find|answer|determine|provide|locate)|i (?:found|see|have) no (?:answer|information|mention)|i did(?: not|n't) find|there is (?:no|not enough) (?:answer|information|mention)|no (?:answer|information|relevant (?:information|passages?)) (?:to|on|about|was|is|could)|(?:this|that|the answer|the question) (?:is not|isn't|cannot be|can't be) (?:answered|found|covered|stated|mentioned|given|in the)|(?:the |these |none of the )?(?:provided |given |available )?(?:passages?|documents?|context|sources?|text) (?:(?:provided |given )?(?:do(?:es)? not|don't|doesn't) (?:contain|answer|mention|say|provide|include|specify|state|cover|give)|contains? no|answers? (?:this|that|the question)))/,
  /^(?:es tut mir leid[,.]? (?:aber )?|leider )?(?:(?:ich )?(?:weiß|weiss) (?:ich )?(?:es|das)? ?nicht|(?:ich )?(?:kann|konnte|habe) (?:ich )?.{0,60}(?:keine|nicht).{0,40}(?:antwort|information|beantworten|finden|gefunden)|(?:die|den|in den|in diesen) (?:passagen|dokumenten?|texten?|textstellen|quellen).{0,60}(?:keine?|nicht))/,
  /^(?:(?:je suis )?désolée?[,.]? (?:mais )?|malheureusement,? )?(?:je ne sais pas|je (?:ne|n'ai) .{0,30}(?:pas|aucune).{0,40}(?:réponse|information|trouv|répond)|(?:les|ces|aucun des) (?:passages|documents|extraits|textes).{0,40}ne .{0,30}(?:pas|aucune))/,
  /^(?:lo siento[,.]? (?:pero )?|lamentablemente,? )?(?:no (?:lo )?sé|no (?:he |puedo |se )?(?:encontr|encuentr|respond|tengo).{0,40}(?:respuesta|información|pregunta)?|(?:los|estos|ninguno de los) (?:pasajes|documentos|textos).{0,30}no )/,
];

/** A longer text may begin with a reservation, and answer after it. */
const MAX_REFUSAL_CHARACTERS = 400;
const CITATION = /\[\d{1,3}[\],;]/;

/** Whether an answer, or a sentence of one, says that the passages do not hold one: short, and citing nothing. */
export function isAbstention(answer: string): boolean {
  const text = answer.trim();
  if (Object.values(ABSTENTIONS).includes(text)) return true;
  if (text.length > MAX_REFUSAL_CHARACTERS || CITATION.test(text)) return false;
  const plain = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/^["'“*_]+/, '');
  return REFUSALS.some((refusal) => refusal.test(plain));
}
