/** Forms of English verbs that no stemmer brings together, after the first of each group. */
const FORMS = `begin began begun|rise rose risen|fall fell fallen|win won|lose lost|give gave given|take took taken|
make made|find found|become became|come came|go went gone|see saw seen|write wrote written|
speak spoke spoken|choose chose chosen|grow grew grown|know knew known|show shown|build built|send sent|spend spent|
lead led|hold held|keep kept|mean meant|meet met|pay paid|say said|sell sold|buy bought|bring brought|
think thought|teach taught|fight fought|seek sought|catch caught|stand stood|understand understood|tell told|
break broke broken|drive drove driven|eat ate eaten|fly flew flown|draw drew drawn|throw threw thrown|swim swam|
sing sang sung|run ran|hide hid hidden|feed fed|feel felt|strike struck|wear wore worn|bear bore born|
freeze froze frozen|steal stole stolen|shrink shrank shrunk|sink sank sunk|bind bound|wind wound|get got gotten|
hear heard|lend lent|lay laid|flee fled|forbid forbade forbidden|forget forgot forgotten|withdraw withdrew withdrawn|
overthrow overthrew overthrown|undergo underwent undergone|arise arose arisen|child children|man men|woman women|
person people`;

const FIRST_FORMS: ReadonlyMap<string, string> = new Map(
  FORMS.replaceAll('\n', '')
    .split('|')
    .flatMap((group) => {
      const [first = '', ...others] = group.split(' ');
      return others.map((other) => [other, first] as const);
    }),
);

/** The first form of an irregular verb or noun, in lower case; other words as they are. */
export function regularForm(word: string): string {
  return FIRST_FORMS.get(word) ?? word;
}
