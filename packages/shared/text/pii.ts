import { isIPv4, isIPv6 } from 'node:net';

/** Personal data in text, by what can be told from its shape alone. Names and addresses cannot. */

export const PII_KINDS = ['email', 'iban', 'card', 'ip', 'phone'] as const;
export type PiiKind = (typeof PII_KINDS)[number];

export interface MaskedText {
  text: string;
  /** How many of each kind were masked. */
  counts: Record<PiiKind, number>;
}

/** Takes personal data out of a text. A port: what knows more kinds can stand in. */
export type MaskPii = (text: string) => MaskedText;

/** Quantifiers are bounded, so that no text makes a search slow. */
const EMAIL = /[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/gu;
const IBAN =
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])/g;
const DIGIT_GROUPS = /(?<![\d.,-])\d(?:[ -]?\d){12,60}(?![\d-]|[.,]\d)/g;
const IPV4 = /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
const IPV6 = /(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/g;
/** With a country's code; in brackets, or with the zero before an area; and three, three and four digits. */
const PHONES = [
  /(?<![\w.+-])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){6,14}(?![\w-]|\.\d)/g,
  /(?<![\w.+-])\(\d{2,5}\)(?:[ /-]?\d){5,10}(?![\w-]|\.\d)/g,
  /(?<![\w.,:+/-])0\d{1,5}[ /-](?:[ /-]?\d){5,10}(?![\w:-]|[.,]\d)/g,
  /(?<![\w.+-])[2-9]\d{2}([ .-])\d{3}\1\d{4}(?![\w-]|\.\d)/g,
];
const BEGINS_WITH_DATE = /^\d{1,2}[/ -]\d{1,2}[/ -]\d{4}/;

const digitsOf = (text: string) => text.replace(/\D/g, '');

/**
 * Masks e-mail addresses, IBANs (by their check digits, ISO 13616), card numbers (by Luhn's, ISO/IEC 7812), IPv4 and
 * IPv6 addresses, and telephone numbers: each becomes its kind in brackets, such as `[email]`. What is masked once is
 * left as it is by a second time.
 */
export const maskPii: MaskPii = (text) => {
  const counts: Record<PiiKind, number> = { email: 0, iban: 0, card: 0, ip: 0, phone: 0 };
  let masked = text;
  let before: string;

  function put(kind: PiiKind): string {
    counts[kind] += 1;
    return `[${kind}]`;
  }

  function mask(kind: PiiKind, pattern: RegExp, isMeant: (found: string) => boolean = () => true): void {
    masked = masked.replace(pattern, (found) => (isMeant(found) ? put(kind) : found));
  }

  // Again, as long as it changes something: what stood beside a number may have hidden it.
  do {
    before = masked;
    mask('email', EMAIL);
    mask('iban', IBAN, isIban);
    // Without a digit it is more likely a name in a program: `Ab::Cd`.
    mask('ip', IPV6, (found) => /\d/.test(found) && isIPv6(found));
    mask('ip', IPV4, isIPv4);
    masked = masked.replace(DIGIT_GROUPS, (found) => replaceCards(found, () => put('card')));
    for (const pattern of PHONES) {
      mask('phone', pattern, (found) => digitsOf(found).length <= 15 && !BEGINS_WITH_DATE.test(found));
    }
  } while (masked !== before);
  return { text: masked, counts };
};

/** The rest of the division by 97 of the number that letters and digits make, the first four at the end, is 1. */
function isIban(found: string): boolean {
  const code = found.replace(/[ -]/g, '').toUpperCase();
  if (code.length < 15 || code.length > 34) return false;
  let rest = 0;
  for (const character of code.slice(4) + code.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Cards among groups of digits, beside which other numbers may stand. Where two could be one, all of it goes. */
function replaceCards(groups: string, put: () => string): string {
  const parts = groups.split(/([ -])/);
  const cards: { from: number; end: number }[] = [];
  for (let from = 0; from < parts.length; from += 2) {
    let digits = '';
    let end = from;
    for (let to = from; to < parts.length && digits.length <= 19; to += 2) {
      digits += parts[to];
      if (isCard(digits)) end = to + 1;
    }
    const last = cards.at(-1);
    if (last && from < last.end) last.end = Math.max(last.end, end);
    else if (end > from) cards.push({ from, end });
  }
  for (const { from, end } of cards.toReversed()) parts.splice(from, end - from, put());
  return parts.join('');
}

/** Every second digit from the right doubled, the digits of all add up to a multiple of ten. */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || /^0+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
