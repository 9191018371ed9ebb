import { FreshetError } from '@freshet/shared/errors';
import type { SourceHttp } from '../http.ts';

export interface Ticket {
  id: number;
  subject?: string | null;
  status: string;
  priority?: string | null;
  type?: string | null;
  tags?: string[];
  brand_id?: number | null;
  requester_id?: number | null;
  organization_id?: number | null;
  updated_at?: string;
}

export interface Comment {
  id: number;
  author_id?: number;
  html_body?: string;
  public: boolean;
  created_at?: string;
}

export interface Article {
  id: number;
  title?: string;
  body?: string | null;
  draft: boolean;
  locale?: string;
  html_url?: string;
  author_id?: number;
  section_id?: number;
  label_names?: string[];
  user_segment_id?: number | null;
  user_segment_ids?: number[];
  updated_at?: string;
}

/** One page of a list; without `next` it was the last. */
export interface ItemPage<Item> {
  items: Item[];
  next?: string;
}

export interface ZendeskApi {
  /** `undefined` for a ticket that is deleted, or that is not shown to the account of the connector. */
  ticket(id: string, signal: AbortSignal): Promise<Ticket | undefined>;
  /** All comments of a ticket, oldest first; `undefined` for a ticket that is not there. */
  comments(ticketId: string, signal: AbortSignal): Promise<Comment[] | undefined>;
  article(id: string, signal: AbortSignal): Promise<Article | undefined>;
  tickets(cursor: string | undefined, signal: AbortSignal): Promise<ItemPage<Ticket>>;
  articles(cursor: string | undefined, signal: AbortSignal): Promise<ItemPage<Article>>;
}

interface CursorMeta {
  meta?: { has_more?: boolean; after_cursor?: string | null };
}

const API = '/api/v2';
const COMMENTS = 100;
/** A ticket holds 5,000 comments ("Ticket comments", creating ticket comments). */
const MAX_COMMENT_PAGES = 60;

/**
 * What is read of Zendesk. Source: Zendesk API reference, "Tickets" (show ticket), "Ticket comments" (list comments),
 * "Incremental exports" (cursor-based ticket export), Help Center "Articles" (show, list), "Pagination" (cursors).
 */
export function createZendeskApi(http: SourceHttp, { pageSize }: { pageSize: number }): ZendeskApi {
  return {
    async ticket(id, signal) {
      return (await http.get<{ ticket: Ticket }>(`${API}/tickets/${id}.json`, signal))?.ticket;
    },

    async comments(ticketId, signal) {
      const comments: Comment[] = [];
      let after = '';
      for (let page = 0; page < MAX_COMMENT_PAGES; page += 1) {
        const path = `${API}/tickets/${ticketId}/comments.json?page[size]=${COMMENTS}${after}`;
        const answer = await http.get<{ comments: Comment[] } & CursorMeta>(path, signal);
        if (answer === undefined) return undefined;
        comments.push(...answer.comments);
        const next = nextCursor(answer);
        if (next === undefined) return comments;
        after = `&page[after]=${encodeURIComponent(next)}`;
      }
      throw new FreshetError('FRESHET_SOURCE_REFUSED', {
        detail: `The comments of ticket ${ticketId} come to no end.`,
      });
    },

    async article(id, signal) {
      return (await http.get<{ article: Article }>(`${API}/help_center/articles/${id}.json`, signal))
        ?.article;
    },

    async tickets(cursor, signal) {
      // From the first ticket on. The export has none of the last minute: those come by webhooks.
      const from = cursor === undefined ? 'start_time=0' : `cursor=${encodeURIComponent(cursor)}`;
      const path = `${API}/incremental/tickets/cursor.json?${from}&per_page=${pageSize}`;
      const answer = await http.get<{
        tickets: Ticket[];
        after_cursor?: string | null;
        end_of_stream: boolean;
      }>(path, signal);
      if (answer === undefined) throw unseen('tickets');
      const next = answer.end_of_stream ? undefined : (answer.after_cursor ?? undefined);
      return { items: answer.tickets, ...(next === undefined ? {} : { next }) };
    },

    async articles(cursor, signal) {
      const after = cursor === undefined ? '' : `&page[after]=${encodeURIComponent(cursor)}`;
      const path = `${API}/help_center/articles.json?page[size]=${Math.min(100, pageSize)}${after}`;
      const answer = await http.get<{ articles: Article[] } & CursorMeta>(path, signal);
      if (answer === undefined) throw unseen('articles');
      const next = nextCursor(answer);
      return { items: answer.articles, ...(next === undefined ? {} : { next }) };
    },
  };
}

function nextCursor({ meta }: CursorMeta): string | undefined {
  return meta?.has_more ? (meta.after_cursor ?? undefined) : undefined;
}

/** Not an empty list: what a backfill does not see is taken for deleted. */
function unseen(what: string): FreshetError {
  return new FreshetError('FRESHET_SOURCE_REFUSED', {
    detail: `Zendesk does not list ${what} to the account of the connector.`,
  });
}
