import type { FastifyInstance } from 'fastify';
import { restrictionAnswer, slice, type Wiki, type WikiPage } from './wiki.ts';

const MAX_LIMIT = 250;

interface ListQuery {
  limit?: string;
  cursor?: string;
}

/** Confluence Cloud REST API v2 (pages, spaces, ancestors) and v1 (restrictions, CQL search). */
export async function cloudRoutes(app: FastifyInstance, { wiki }: { wiki: Wiki }): Promise<void> {
  const spaces = () => [...new Set([...wiki.pages.values()].map(({ space }) => space))].sort();
  const spaceId = (key: string) => String(1000 + spaces().indexOf(key));
  const base = (host: string | undefined) => `http://${host}/wiki`;

  /** Cursors are opaque; that of a list is the id after which it goes on, so that pages which go shift nothing. */
  function listAfter(pages: WikiPage[], path: string, { limit = '25', cursor }: ListQuery) {
    const after = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString());
    const rest = pages.filter(({ id }) => Number(id) > after);
    const size = Math.min(MAX_LIMIT, Number(limit));
    const { results, next } = slice(rest, 0, size);
    const last = results.at(-1)?.id ?? '';
    const link = `${path}limit=${size}&cursor=${Buffer.from(last).toString('base64url')}`;
    return { results, _links: next === undefined ? {} : { next: link } };
  }

  app.get<{ Params: { id: string }; Querystring: Record<string, string> }>(
    '/wiki/api/v2/pages/:id',
    async (request, reply) => {
      const page = wiki.pages.get(request.params.id);
      if (page?.type !== 'page')
        return reply.code(404).send({ errors: [{ status: 404, code: 'NOT_FOUND' }] });
      const { id, title, status, space, parent, author, revision, changedAt, storage, labels } = page;
      return {
        id,
        title,
        status,
        spaceId: spaceId(space),
        parentId: parent ?? null,
        authorId: author,
        version: { number: revision, createdAt: changedAt, authorId: author },
        body:
          request.query['body-format'] === 'storage'
            ? { storage: { representation: 'storage', value: storage } }
            : {},
        ...(request.query['include-labels'] === 'true'
          ? {
              labels: {
                results: labels.map((name) => ({ id: name, name, prefix: 'global' })),
                meta: { hasMore: false },
              },
            }
          : {}),
        _links: { base: base(request.headers.host), webui: `/spaces/${space}/pages/${id}` },
      };
    },
  );

  app.get<{ Querystring: ListQuery & { status?: string; 'space-id'?: string } }>(
    '/wiki/api/v2/pages',
    async ({ query }) => {
      const wanted = query['space-id']?.split(',');
      const pages = wiki.published().filter(({ space }) => !wanted || wanted.includes(spaceId(space)));
      return listAfter(pages, '/wiki/api/v2/pages?', query);
    },
  );

  app.get<{ Params: { id: string } }>('/wiki/api/v2/spaces/:id', async ({ params }, reply) => {
    const key = spaces().find((name) => spaceId(name) === params.id);
    return key === undefined ? reply.code(404).send({}) : { id: params.id, key, type: 'global' };
  });

  app.get<{ Querystring: { keys?: string } }>('/wiki/api/v2/spaces', async ({ query }) => {
    const keys = query.keys?.split(',');
    const found = spaces().filter((key) => !keys || keys.includes(key));
    return { results: found.map((key) => ({ id: spaceId(key), key })), _links: {} };
  });

  for (const type of ['pages', 'folders']) {
    app.get<{ Params: { id: string }; Querystring: { limit?: string } }>(
      `/wiki/api/v2/${type}/:id/ancestors`,
      async ({ params, query }, reply) => {
        if (!wiki.pages.has(params.id)) return reply.code(404).send({});
        // The nearest of them, the highest first.
        const ids = wiki.ancestors(params.id).slice(-Math.min(MAX_LIMIT, Number(query.limit ?? 25)));
        return { results: ids.map((id) => ({ id, type: wiki.pages.get(id)?.type ?? 'page' })), _links: {} };
      },
    );
  }

  app.get<{ Params: { id: string }; Querystring: { start?: string; limit?: string } }>(
    '/wiki/rest/api/content/:id/restriction/byOperation/read',
    async ({ params, query }, reply) => {
      const page = wiki.pages.get(params.id);
      if (!page) return reply.code(404).send({ statusCode: 404 });
      return restrictionAnswer(page, query, ({ id, email = '' }) => ({
        type: 'known',
        accountId: id,
        email,
      }));
    },
  );

  app.get<{ Querystring: ListQuery & { cql: string } }>(
    '/wiki/rest/api/content/search',
    async ({ query }) => {
      const ancestor = /^ancestor = (\d+) and type = page$/.exec(query.cql)?.[1] ?? '';
      const path = `/rest/api/content/search?cql=${encodeURIComponent(query.cql)}&`;
      const { results, _links } = listAfter(wiki.descendants(ancestor), path, query);
      return { results: results.map(({ id, title }) => ({ id, title, type: 'page' })), _links };
    },
  );
}
