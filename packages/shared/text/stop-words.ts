import type { StemmedLanguage } from './stem.ts';

/** Words that say nothing about a subject, in lower case. */
const STOP_WORDS: Record<StemmedLanguage, ReadonlySet<string>> = {
  en: list(`a about an and any are as at be been but by can could did do does for from had has have how i if in into is it
    its me my no not of on or our please shall should so some such than that the their them then there these they this
    those to too us was we were what when where which who whom why will with would you your`),
  de: list(`aber alle als also am an auch auf aus bei beim bin bis bist bitte da damit dann das dass dem den denn der des
    die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch für
    gibt hat haben hatte hier ich ihm ihn ihr ihre im in ins ist ja jede jeder kann kannst kein keine können man mein
    meine meinem meinen meiner mich mir mit muss müssen nach nicht noch nun nur ob oder ohne sehr sein seine sich sie
    sind so soll sollte um und uns unser unsere unter viel vom von vor wann warum was wegen weil welche welcher welches
    wenn wer werden wie wieso wir wird wo woher worden wurde wurden zu zum zur über`),
  fr: list(`a ai au aux avec avez c ce cela ces cet cette comment d dans de des dois du elle elles en es est et eu être
    faire fait faut il ils j je l la le les leur leurs lui là m ma mais me mes moi mon n ne nos notre nous on ont ou où
    par pas peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se ses si soit
    son sont suis sur t ta te tes toi ton tous tout toute tu un une vos votre vous y à ça était`),
  es: list(`a al algo algún ante como con cuando cuál cuáles cuándo cuánto cómo de debe debo del desde donde dónde e el
    ella ellas ellos en entre era es esa ese eso esta estas este esto estos está están fue ha hace hacer han hasta hay la
    las le les lo los me mi mis muy más ni no nos nuestra nuestro o otra otro para pero por porque puede puedo que quien
    quién qué se sea ser si sin sobre son su sus sí también te tengo tiene tu tus un una uno y ya yo él`),
};

function list(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

/** Whether a word in lower case says nothing about a subject. */
export function isStopWord(word: string, language: StemmedLanguage = 'en'): boolean {
  return STOP_WORDS[language].has(word);
}
