import { stem } from './stem.ts';

/** Pairs of which a text that says one does not say the other. */
const PAIRS =
  `first last|before after|increase decrease|more less|most least|more fewer|north south|east west|northern southern|
eastern western|large small|larger smaller|largest smallest|big little|high low|higher lower|highest lowest|early late|
earlier later|earliest latest|win lose|won lost|old new|older newer|oldest newest|older younger|oldest youngest|old young|
rich poor|accept reject|accept refuse|allow prohibit|allow forbid|allowed forbidden|allow deny|permit prohibit|grant revoke|
legal illegal|begin end|began ended|start end|start stop|start finish|open close|above below|inside outside|
internal external|male female|man woman|men women|father mother|son daughter|brother sister|king queen|husband wife|
public private|rural urban|positive negative|strong weak|stronger weaker|strongest weakest|fast slow|faster slower|
fastest slowest|good bad|better worse|best worst|long short|longer shorter|longest shortest|easy difficult|easy hard|
simple complex|common rare|always never|agree disagree|support oppose|success failure|succeed fail|gain lose|
build destroy|create destroy|create delete|enter leave|arrive depart|buy sell|bought sold|import export|
attack defend|victory defeat|upper lower|maximum minimum|rise fall|rose fell|grow shrink|grew shrank|cause prevent|
encourage discourage|domestic foreign|native foreign|ancient modern|past future|true false|hot cold|warm cool|wet dry|
thick thin|wide narrow|deep shallow|heavy light|dark light|soft hard|ally enemy|friend enemy|present absent|
majority minority|major minor|similar different|same different|predecessor successor|ancestor descendant|left right|
top bottom|front back|push pull|add remove|join leave|include exclude|appear disappear|connect disconnect|
expand contract|single multiple|alive dead|born died|life death|peace war|love hate|day night|summer winter|odd even|
prime composite|safe dangerous|cheap expensive|full empty|clean dirty|offensive defensive|primary secondary|
optional required|lock unlock|upgrade downgrade|client server|read write|upload download|sender receiver|input output|
enable disable|install uninstall|encrypt decrypt|ascending descending|horizontal vertical|inbound outbound|
ingress egress|manual automatic|temporary permanent|employer employee|credit debit|asset liability|lend borrow`
    .replaceAll('\n', '')
    .split('|')
    .map((pair) => pair.split(' ').map((word) => stem(word, 'en')) as [string, string]);

const opposites = new Map<string, Set<string>>();
for (const [a, b] of PAIRS) {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const known = opposites.get(from) ?? new Set();
    opposites.set(from, known.add(to));
  }
}

const PREFIXES = ['un', 'in', 'im', 'il', 'ir', 'dis', 'non', 'mis', 'anti'];
const SHORTEST_ROOT = 4;

/** Whether an English stem and one of the others exclude each other: an antonym, or one with a negating prefix. */
export function hasOpposite(word: string, others: ReadonlySet<string>): boolean {
  for (const opposite of opposites.get(word) ?? []) if (others.has(opposite)) return true;
  return PREFIXES.some(
    (prefix) =>
      others.has(prefix + word) ||
      (word.startsWith(prefix) &&
        word.length >= prefix.length + SHORTEST_ROOT &&
        others.has(word.slice(prefix.length))),
  );
}

/** Without `won` and `don`, which mean more than that: the `t` after their apostrophe negates. */
const NEGATIONS = new Set(
  `no not never without except neither nor cannot lacked lack isn wasn weren didn doesn aren couldn hasn haven hadn
  wouldn shouldn unable fail failed t`.split(/\s+/),
);

/** Whether an English word in lower case, parted at its apostrophe, turns what is said into its contrary. */
export function isNegation(word: string): boolean {
  return NEGATIONS.has(word);
}
