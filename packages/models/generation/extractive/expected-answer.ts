const NUMBER =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion)\b/i;
const TIME =
  /\b\d{4}s?\b|\b\d{1,2}[:.]\d{2}\b|\b\d+(?:st|nd|rd|th)\b|\b\d+ ?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|Sekunden?|Minuten?|Stunden?|Tage?n?|Wochen?|Monate?n?|Jahre?n?|jours?|semaines?|mois|ans?|heures?|días?|semanas?|meses|años?|horas?)\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b/;
const NAME = /(?<=[\p{Ll},;(] ["“(]?)\p{Lu}\p{L}+|^\p{Lu}\p{L}+ \p{Lu}\p{L}+/u;

const FORMS: [RegExp, RegExp][] = [
  [
    /\bhow (?:many|much|long|often|old|far|large|big|high|tall)\b|\b(?:wie ?viele?|wie lange|wie oft|combien|cuánt[oa]s?)\b/i,
    NUMBER,
  ],
  [/\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)\b|\bwann\b|\bquand\b|\bcuándo\b/i, TIME],
  [/\bwho(?:m|se)?\b|\bwer\b|\bqui\b|\bquién\b/i, NAME],
];

export interface AskedFor {
  /** The question without the words that only ask, such as `how long`: an answer has a number in their place. */
  about: string;
  /** Whether a text holds what is asked for; absent for a question of which no form tells. */
  isHeldBy?: (text: string) => boolean;
}

/** What a question asks for, by its form. */
export function askedFor(question: string): AskedFor {
  const form = FORMS.find(([asks]) => asks.test(question));
  if (!form) return { about: question };
  const [asks, answers] = form;
  return { about: question.replace(asks, ' '), isHeldBy: (text) => answers.test(text) };
}
