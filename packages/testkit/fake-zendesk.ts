import { createHmac } from 'node:crypto';
import Fastify from 'fastify';
import { basic, type FakeGate, installGate } from './fake-sources/gate.ts';

export interface FakeTicket {
  id: number;
  subject: string;
  status: string;
  priority: string | null;
  tags: string[];
  brand_id: number;
  requester_id: number;
  organization_id: number | null;
  updated_at: string;
  comments: { id: number; author_id: number; html_body: string; public: boolean; created_at: string }[];
}

export interface FakeArticle {
  id: number;
  title: string;
  body: string;
  draft: boolean;
  locale: string;
  author_id: number;
  section_id: number;
  label_names: string[];
  user_segment_id: number | null;
  user_segment_ids: number[];
  html_url: string;
  updated_at: string;
}

export interface FakeZendesk {
  readonly url: string;
  readonly gate: FakeGate;
  readonly tickets: Map<number, FakeTicket>;
  readonly articles: Map<number, FakeArticle>;
  putTicket(ticket: Partial<FakeTicket> & { id: number }): FakeTicket;
  putArticle(article: Partial<FakeArticle> & { id: number }): FakeArticle;
  readonly webhookSecret: string;
  /** An event of a ticket or article, signed at the time. */
  webhook(type: string, id: number, at?: Date): { headers: Record<string, string>; body: string };
  close(): Promise<void>;
}

export const ZENDESK_USER = 'freshet@example.com';
export const ZENDESK_TOKEN = 'zendesk-token';
const CHANGED = '2026-01-02T03:04:05Z';

/**
 * A fake Zendesk: tickets with comments, the cursor-based export of tickets, articles of the help centre. Written from
 * the public API reference ("Tickets", "Ticket comments", "Incremental exports", "Articles", "Pagination").
 */
export async function startFakeZendesk(): Promise<FakeZendesk> {
  const app = Fastify({ forceCloseConnections: true });
  const gate = installGate(app, basic(`${ZENDESK_USER}/token`, ZENDESK_TOKEN));
  const tickets = new Map<number, FakeTicket>();
  const articles = new Map<number, FakeArticle>();
  const webhookSecret = 'zendesk-webhook-secret';

  app.get<{ Params: { id: string } }>('/api/v2/tickets/:id.json', async ({ params }, reply) => {
    const ticket = tickets.get(Number(params.id));
    return ticket && ticket.status !== 'deleted'
      ? { ticket: withoutComments(ticket) }
      : reply.code(404).send({ error: 'RecordNotFound', description: 'Not found' });
  });

  app.get<{ Params: { id: string }; Querystring: Record<string, string> }>(
    '/api/v2/tickets/:id/comments.json',
    async ({ params, query }, reply) => {
      const ticket = tickets.get(Number(params.id));
      if (!ticket || ticket.status === 'deleted') return reply.code(404).send({ error: 'RecordNotFound' });
      const { items, meta } = cursorPage(ticket.comments, query);
      return { comments: items, meta };
    },
  );

  app.get<{ Querystring: { cursor?: string; start_time?: string; per_page?: string } }>(
    '/api/v2/incremental/tickets/cursor.json',
    async ({ query: { cursor, start_time, per_page = '1000' } }, reply) => {
      if (cursor === undefined && start_time === undefined)
        return reply.code(400).send({ error: 'start_time' });
      const after = cursor === undefined ? 0 : Number(decodeCursor(cursor));
      const rest = sorted(tickets).filter(({ id }) => id > after);
      const page = rest.slice(0, Number(per_page));
      const last = page.at(-1)?.id ?? after;
      return {
        tickets: page.map(withoutComments),
        after_cursor: encodeCursor(last),
        before_cursor: null,
        end_of_stream: page.length === rest.length,
      };
    },
  );

  app.get<{ Params: { id: string } }>('/api/v2/help_center/articles/:id.json', async ({ params }, reply) => {
    const article = articles.get(Number(params.id));
    return article ? { article } : reply.code(404).send({ error: 'RecordNotFound' });
  });

  app.get<{ Querystring: Record<string, string> }>('/api/v2/help_center/articles.json', async ({ query }) => {
    const { items, meta } = cursorPage(sorted(articles), query);
    return { articles: items, meta };
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    gate,
    tickets,
    articles,
    webhookSecret,
    putTicket(part) {
      const ticket: FakeTicket = {
        subject: `Ticket ${part.id}`,
        status: 'open',
        priority: 'normal',
        tags: [],
        brand_id: 1,
        requester_id: 500,
        organization_id: null,
        updated_at: CHANGED,
        comments: [comment(part.id, 'The first comment.')],
        ...tickets.get(part.id),
        ...part,
      };
      tickets.set(part.id, ticket);
      return ticket;
    },
    putArticle(part) {
      const article: FakeArticle = {
        title: `Article ${part.id}`,
        body: '<p>Text of an article.</p>',
        draft: false,
        locale: 'en-us',
        author_id: 7,
        section_id: 3,
        label_names: [],
        user_segment_id: null,
        user_segment_ids: [],
        html_url: `${url}/hc/en-us/articles/${part.id}`,
        updated_at: CHANGED,
        ...articles.get(part.id),
        ...part,
      };
      articles.set(part.id, article);
      return article;
    },
    webhook(type, id, at = new Date()) {
      const [kind] = type.split('.');
      const timestamp = at.toISOString();
      const body = JSON.stringify({
        type: `zen:event-type:${type}`,
        account_id: 12_514_403,
        id: '2b24ef10-19d4-4740-93cf-8f98ec4776c0',
        time: timestamp,
        zendesk_event_version: '2022-06-20',
        subject: `zen:${kind}:${id}`,
        detail: { id: String(id) },
        event: {},
      });
      const signature = createHmac('sha256', webhookSecret)
        .update(timestamp + body)
        .digest('base64');
      return {
        body,
        headers: {
          'content-type': 'application/json',
          'x-zendesk-webhook-signature': signature,
          'x-zendesk-webhook-signature-timestamp': timestamp,
        },
      };
    },
    close: () => app.close(),
  };
}

let comments = 0;

export function comment(
  authorId: number,
  html_body: string,
  isPublic = true,
): FakeTicket['comments'][number] {
  comments += 1;
  return { id: comments, author_id: authorId, html_body, public: isPublic, created_at: CHANGED };
}

function withoutComments({ comments: _, ...ticket }: FakeTicket) {
  return ticket;
}

function sorted<Item extends { id: number }>(items: Map<number, Item>): Item[] {
  return [...items.values()].sort((a, b) => a.id - b.id);
}

function cursorPage<Item extends { id: number }>(items: readonly Item[], query: Record<string, string>) {
  const after = query['page[after]'] === undefined ? 0 : Number(decodeCursor(query['page[after]']));
  const rest = items.filter(({ id }) => id > after);
  const page = rest.slice(0, Math.min(100, Number(query['page[size]'] ?? 100)));
  const has_more = page.length < rest.length;
  return {
    items: page,
    meta: { has_more, after_cursor: has_more ? encodeCursor(page.at(-1)?.id ?? 0) : null },
  };
}

function encodeCursor(id: number): string {
  return Buffer.from(String(id)).toString('base64');
}

function decodeCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64').toString();
}
