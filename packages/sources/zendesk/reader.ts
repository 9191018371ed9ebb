import { FreshetError } from '@freshet/shared/errors';
import { createVersionClock, type NextVersion } from '@freshet/shared/version-clock';
import pLimit from 'p-limit';
import type { SourceHttp } from '../http.ts';
import type { BackfillPage, SourceChange, SourceReader } from '../index.ts';
import type { Article, ItemPage, Ticket, ZendeskApi } from './api.ts';
import { type ArticleSettings, articleChange } from './article.ts';
import { type TicketSettings, ticketChanges } from './ticket.ts';

export interface ZendeskReaderOptions {
  name: string;
  tenant: string;
  source: string;
  api: ZendeskApi;
  http: Pick<SourceHttp, 'close'>;
  /** Without them tickets are left alone. */
  tickets?: TicketSettings | undefined;
  /** Without them articles are left alone. */
  articles?: ArticleSettings | undefined;
  nextVersion?: NextVersion | undefined;
}

const CONCURRENT_TICKETS = 4;

/** Reads tickets with their comments, and articles of the help centre. */
export function createZendeskReader({
  name,
  tenant,
  source,
  api,
  http,
  tickets,
  articles,
  nextVersion = createVersionClock(),
}: ZendeskReaderOptions): SourceReader {
  const limit = pLimit(CONCURRENT_TICKETS);

  /** A ticket of a list is as old as the list: only what has comments is asked for anew. */
  async function readTicket(
    id: string,
    version: number,
    ticket: Ticket | undefined,
    signal: AbortSignal,
  ): Promise<SourceChange[]> {
    const comments = ticket && ticket.status !== 'deleted' ? await api.comments(id, signal) : undefined;
    return ticketChanges({ tenant, source, version }, id, { ticket, comments, settings: tickets });
  }

  function toArticleChange(id: string, version: number, article: Article | undefined): SourceChange {
    const identity = { tenant, source, documentId: `articles/${id}`, version };
    return articleChange(identity, article, articles);
  }

  /** The tickets, then the articles; the cursor says where in which. */
  async function* list<Item extends { id: number }>(
    prefix: string,
    cursor: string,
    fetch: (cursor: string | undefined) => Promise<ItemPage<Item>>,
    read: (items: Item[], version: number) => Promise<SourceChange[]>,
  ): AsyncGenerator<BackfillPage> {
    let from: string | undefined = cursor;
    do {
      const version = nextVersion();
      const { items, next }: ItemPage<Item> = await fetch(from || undefined);
      const end = prefix === 'tickets' ? 'articles:' : 'end:';
      yield { changes: await read(items, version), cursor: next === undefined ? end : `${prefix}:${next}` };
      if (next !== undefined && next === from) {
        const detail = `The list of ${prefix} of Zendesk has a cursor that leads to itself.`;
        throw new FreshetError('FRESHET_SOURCE_REFUSED', { detail });
      }
      from = next;
    } while (from !== undefined);
  }

  return {
    name,
    tenant,
    source,

    async read({ kind, id }, signal) {
      const version = nextVersion();
      if (kind === 'ticket') {
        const changes = await readTicket(id, version, await api.ticket(id, signal), signal);
        return { changes, notices: [] };
      }
      if (kind === 'article') {
        return { changes: [toArticleChange(id, version, await api.article(id, signal))], notices: [] };
      }
      throw new FreshetError('FRESHET_EVENT_INVALID', {
        detail: `Zendesk has nothing of the kind ${JSON.stringify(kind)}.`,
      });
    },

    async *backfill(cursor = 'tickets:', signal) {
      const [part = '', ...rest] = cursor.split(':');
      const from = rest.join(':');
      if (part === 'tickets') {
        const read = async (items: Ticket[], version: number) =>
          (
            await Promise.all(
              items.map((ticket) => limit(() => readTicket(String(ticket.id), version, ticket, signal))),
            )
          ).flat();
        if (tickets) yield* list('tickets', from, (next) => api.tickets(next, signal), read);
      }
      if (part === 'tickets' || part === 'articles') {
        const start = part === 'articles' ? from : '';
        const read = async (items: Article[], version: number) =>
          items.map((article) => toArticleChange(String(article.id), version, article));
        if (articles) yield* list('articles', start, (next) => api.articles(next, signal), read);
      }
    },

    close: () => http.close(),
  };
}
