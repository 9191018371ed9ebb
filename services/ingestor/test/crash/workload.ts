import { type Acl, DELETED, documentKey, UPSERTED } from '@freshet/shared/contracts';
import { encodeDocumentEvent } from '@freshet/shared/document-events';

/** A stream of document events with all that goes wrong in one: repeats, and versions that arrive out of order. */

const TENANT = 'crash';
const SOURCE = 'harbour';
const SHARE_UPDATED = 0.3;
const SHARE_DELETED = 0.1;
const SHARE_REPEATED = 0.05;
const ACLS: Acl[] = [{ public: true }, { allow: ['group:pilots'] }, { allow: ['user:ana', 'group:crew'] }];
const words =
  'anchor berth cargo dock ebb fender gale hull jetty keel lock mast oar pier quay rudder sail tide'.split(
    ' ',
  );

export interface Change {
  key: string;
  documentId: string;
  version: number;
  /** Absent for a deletion. */
  content?: string;
  acl: Acl;
  edition: number;
}

export interface Workload {
  events: Change[];
  /** What the index has to end at, by document key: the greatest version. */
  latest: Map<string, Change>;
}

/** @param prefix of the documents' ids, for more than one workload in a topic. */
export function createWorkload(documents: number, random: () => number, prefix = 'log-'): Workload {
  const timed: { at: number; change: Change }[] = [];
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;

  function write(sections: number): string {
    return Array.from({ length: sections }, (_, i) => {
      const text = Array.from({ length: 110 }, () => pick(words)).join(' ');
      return `## Section ${i + 1}\n\n${text}.`;
    }).join('\n\n');
  }

  for (let i = 0; i < documents; i += 1) {
    const documentId = `${prefix}${i}`;
    const key = documentKey({ tenant: TENANT, source: SOURCE, documentId });
    const createdAt = random();
    let change: Change = {
      key,
      documentId,
      version: 10,
      acl: pick(ACLS),
      edition: 0,
      content: write(1 + Math.floor(random() * 4)),
    };
    const add = (at: number) => {
      timed.push({ at, change });
      if (random() < SHARE_REPEATED) timed.push({ at: at + random() * 0.3, change });
    };
    add(createdAt);
    for (let share = SHARE_UPDATED; random() < share; share /= 2) {
      const isTextKept = random() < 0.3;
      const content = isTextKept ? change.content : write(1 + Math.floor(random() * 4));
      const version = change.version + 10;
      change = {
        ...change,
        version,
        acl: pick(ACLS),
        edition: change.edition + 1,
        ...(content && { content }),
      };
      // Some before what they follow: the older version then comes last.
      add(createdAt + random() * 0.4 - 0.1);
    }
    if (random() < SHARE_DELETED) {
      const { content: _gone, ...rest } = change;
      change = { ...rest, version: change.version + 10 };
      add(createdAt + random() * 0.4 - 0.1);
    }
  }

  const events = timed.sort((a, b) => a.at - b.at).map(({ change }) => change);
  const latest = new Map<string, Change>();
  for (const change of events) {
    if (change.version > (latest.get(change.key)?.version ?? 0)) latest.set(change.key, change);
  }
  return { events, latest };
}

export function toRecord({ documentId, version, content, acl, edition }: Change) {
  const data = { tenant: TENANT, source: SOURCE, documentId, version, changedAt: new Date().toISOString() };
  return content === undefined
    ? encodeDocumentEvent({ type: DELETED, data })
    : encodeDocumentEvent({
        type: UPSERTED,
        data: { ...data, mediaType: 'text/markdown', content, acl, attributes: { edition } },
      });
}
