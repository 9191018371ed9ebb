import type { Acl, Attributes } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createVersionClock, type NextVersion } from '@freshet/shared/version-clock';
import pLimit from 'p-limit';
import { type ChangeIdentity, deletion, flags, refusal, upsert } from '../change.ts';
import type { SourceHttp } from '../http.ts';
import type { Notice, SourceChange, SourceReader } from '../index.ts';
import { toAcl, type UserNaming } from './acl.ts';
import { type ConfluenceApi, type ConfluencePage, type ReadRestriction, unseen } from './api.ts';
import { storageToHtml } from './storage-format.ts';

export interface ConfluenceReaderOptions {
  name: string;
  tenant: string;
  source: string;
  api: ConfluenceApi;
  http: Pick<SourceHttp, 'close'>;
  /** Of pages that nothing restricts. */
  acl: Acl;
  users: UserNaming;
  /** Keys of the spaces that are read; all by default. */
  spaces?: readonly string[] | undefined;
  nextVersion?: NextVersion | undefined;
}

const CONCURRENT_PAGES = 4;
const MOST_LABELS = 40;

/** Reads pages of Confluence, with the restrictions that they inherit. Document ids are `pages/{id}`. */
export function createConfluenceReader({
  name,
  tenant,
  source,
  api,
  http,
  acl: unrestricted,
  users,
  spaces,
  nextVersion = createVersionClock(),
}: ConfluenceReaderOptions): SourceReader {
  const limit = pLimit(CONCURRENT_PAGES);

  /** Restrictions as one read sees them: pages under one parent share it. */
  function restrictionsOf(signal: AbortSignal) {
    const known = new Map<string, Promise<ReadRestriction | undefined>>();
    return (id: string) => {
      const asked = known.get(id) ?? api.readRestriction(id, signal);
      known.set(id, asked);
      return asked;
    };
  }

  async function readPages(ids: readonly string[], signal: AbortSignal): Promise<SourceChange[]> {
    // Before everything that is asked, the shared restrictions too.
    const version = nextVersion();
    const restrictionOf = restrictionsOf(signal);
    const results = await Promise.allSettled(
      ids.map((id) =>
        limit(async () => {
          const identity = { tenant, source, documentId: `pages/${id}`, version };
          const page = await api.page(id, signal);
          if (page === undefined || (spaces && !spaces.includes(page.spaceKey))) return deletion(identity);
          const restrictions = await Promise.all([...page.ancestors, id].map(restrictionOf));
          return toChange(identity, page, toAcl(restrictions, users) ?? unrestricted);
        }),
      ),
    );
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  async function readDescendants({ id, cursor }: Notice, signal: AbortSignal): Promise<Notice[]> {
    const { ids, next } = await api.descendants(id, cursor, signal);
    const pages = ids.map((page) => ({ kind: 'page', id: page }));
    // A cursor that leads to itself would be read for ever.
    if (next === undefined || next === cursor) return pages;
    return [...pages, { kind: 'descendants', id, cursor: next }];
  }

  return {
    name,
    tenant,
    source,

    async read(notice, signal) {
      switch (notice.kind) {
        case 'page':
          return { changes: await readPages([notice.id], signal), notices: [] };
        case 'descendants':
          return { changes: [], notices: await readDescendants(notice, signal) };
        default:
          throw new FreshetError('FRESHET_EVENT_INVALID', {
            detail: `Confluence has nothing of the kind ${JSON.stringify(notice.kind)}.`,
          });
      }
    },

    async *backfill(cursor, signal) {
      let from = cursor === '' ? undefined : cursor;
      if (from === END) return;
      for (;;) {
        const { ids, next } = await api.pages(from, signal);
        yield { changes: await readPages(ids, signal), cursor: next ?? END };
        if (next === undefined) return;
        if (next === from) throw unseen('the rest of its pages: a cursor leads to itself,');
        from = next;
      }
    },

    close: () => http.close(),
  };
}

/** The cursor after the last page; no cursor of Confluence's own has white space. */
const END = 'the end';

function toChange(identity: ChangeIdentity, page: ConfluencePage, acl: Acl): SourceChange {
  const { title, uri, changedAt, spaceKey, revision, author, labels } = page;
  let content: string;
  try {
    content = storageToHtml(page.storage);
  } catch (error) {
    if (error instanceof FreshetError) return refusal(identity, changedAt, error);
    throw error;
  }
  // A page of macros alone, such as a list of its children, says nothing itself.
  if (content === '') return deletion(identity, changedAt);
  const attributes: Attributes = {
    space: spaceKey,
    revision,
    ...(author === undefined ? {} : { author }),
    ...flags('label', labels, MOST_LABELS),
  };
  return upsert(identity, { title, uri, content, acl, attributes, changedAt });
}
