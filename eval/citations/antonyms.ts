/** Words whose exchange makes a true sentence false; chosen for what encyclopaedias say, apart from the checker's own list. */
const PAIRS = `largest smallest|first last|before after|increased decreased|increase decrease|more fewer|most least|north south|
east west|northern southern|eastern western|higher lower|highest lowest|early late|earlier later|won lost|old new|
oldest youngest|rich poor|accepted rejected|allowed prohibited|began ended|above below|internal external|male female|
public private|urban rural|positive negative|strong weak|fast slow|good bad|best worst|long short|easy difficult|
common rare|always never|supported opposed|success failure|gained lost|built demolished|created destroyed|entered left|
victory defeat|upper lower|maximum minimum|rose fell|encouraged discouraged|modern ancient|hot cold|dry wet|similar different|
majority minority|major minor|inside outside|expanded shrank|formal informal|direct indirect|active passive|
possible impossible|legal illegal|popular unpopular|stable unstable|permanent temporary|heavy light|deep shallow`;

export const ANTONYMS: ReadonlyMap<string, string> = new Map(
  PAIRS.replaceAll('\n', '')
    .split('|')
    .flatMap((pair) => {
      const [a, b] = pair.split(' ') as [string, string];
      return [
        [a, b],
        [b, a],
      ] as const;
    })
    .toReversed(), // of words in several pairs, the first pair holds
);
