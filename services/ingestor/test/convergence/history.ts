import type { ConsumedRecord } from '@freshet/event-log';
import { type Acl, DELETED, documentKey, UPSERTED } from '@freshet/shared/contracts';
import { encodeDocumentEvent } from '@freshet/shared/document-events';
import fc from 'fast-check';

/** Random histories of a few documents as records of one partition, and the state that each has to end at. */

export const SOURCE = 'handbook';
export const DEFAULT_ACL: Acl = { allow: ['group:default'] };
export const ACLS: (Acl | undefined)[] = [
  { public: true },
  { allow: ['group:a'] },
  { allow: ['group:b', 'user:ana'] },
  undefined,
];

const paragraphs = [
  'Common alpha words, the first.',
  'Common bravo words, the second.',
  'Common charlie words, the third.',
  'Common delta words, the fourth.',
];
/** Of one, two, four and two chunks, which they share, and one without any text, which is refused. */
export const TEXTS = [[0], [0, 1], [1, 2, 3, 0], [3, 1]]
  .map((chosen) => chosen.map((i) => paragraphs[i]).join('\n\n'))
  .concat(' ');
const EMPTY = TEXTS.length - 1;

export interface Change {
  document: string;
  version: number;
  isDeletion: boolean;
  text: number;
  acl: number;
  edition: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  document: fc.constantFrom('a', 'b', 'c'),
  version: fc.integer({ min: 1, max: 6 }),
  isDeletion: fc.boolean(),
  text: fc.nat(TEXTS.length - 1),
  acl: fc.nat(ACLS.length - 1),
  edition: fc.nat(1),
});

/** A deletion stands after an upsert of its version, and before the next version. */
export function placeOf({ version, isDeletion }: Change): number {
  return version + (isDeletion ? 0.5 : 0);
}

/** Versions in any order; some events stand in the log a second time. */
export const history: fc.Arbitrary<Change[]> = fc
  .record({
    changes: fc.uniqueArray(change, {
      minLength: 1,
      maxLength: 9,
      selector: (each) => `${each.document}${placeOf(each)}`,
    }),
    repeats: fc.array(fc.record({ of: fc.nat(8), at: fc.nat(11) }), { maxLength: 3 }),
  })
  .map(({ changes, repeats }) => {
    const all = [...changes];
    for (const { of, at } of repeats) {
      all.splice(at % (all.length + 1), 0, changes[of % changes.length] as Change);
    }
    return all;
  });

const CHANGED_AT = '2026-01-01T00:00:00.000Z';

function toEvent(tenant: string, change: Change): Parameters<typeof encodeDocumentEvent>[0] {
  const { document: documentId, version, isDeletion, text, acl, edition } = change;
  const data = { tenant, source: SOURCE, documentId, version, changedAt: CHANGED_AT };
  if (isDeletion) return { type: DELETED, data };
  const content = TEXTS[text] as string;
  const access = ACLS[acl] && { acl: ACLS[acl] };
  return {
    type: UPSERTED,
    data: { ...data, mediaType: 'text/markdown', content, attributes: { edition }, ...access },
  };
}

export function toRecords(tenant: string, changes: readonly Change[], from: number): ConsumedRecord[] {
  return changes.map((change, i) => ({
    ...encodeDocumentEvent(toEvent(tenant, change)),
    partition: 0,
    offset: from + i,
    timestamp: Date.parse(CHANGED_AT),
  }));
}

export function isRefused({ isDeletion, text }: Change): boolean {
  return !isDeletion && text === EMPTY;
}

/** What cannot be applied leaves nothing that is older, and its own place free. */
function takenBack(change: Change): Change {
  return { ...change, version: change.version - 1, isDeletion: true };
}

/** The last state, by document key. */
export function latest(tenant: string, changes: readonly Change[]): Map<string, Change> {
  const winners = new Map<string, Change>();
  for (const each of changes) {
    const change = isRefused(each) ? takenBack(each) : each;
    const key = documentKey({ tenant, source: SOURCE, documentId: change.document });
    const winner = winners.get(key);
    if (!winner || placeOf(change) > placeOf(winner)) winners.set(key, change);
  }
  return winners;
}
