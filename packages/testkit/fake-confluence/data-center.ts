import type { FastifyInstance } from 'fastify';
import { restrictionAnswer, slice, type Wiki } from './wiki.ts';

/** Confluence Data Center REST API: content, scan, descendants, restrictions. */
export async function dataCenterRoutes(app: FastifyInstance, { wiki }: { wiki: Wiki }): Promise<void> {
  app.get<{ Params: { id: string }; Querystring: { expand?: string } }>(
    '/rest/api/content/:id',
    async (request, reply) => {
      const page = wiki.pages.get(request.params.id);
      // Only what is current is found, unless another status is asked for.
      if (page?.status !== 'current') return reply.code(404).send({ statusCode: 404 });
      const { id, title, status, type, space, author, revision, changedAt, storage, labels } = page;
      const all: Record<string, object> = {
        'body.storage': { body: { storage: { value: storage, representation: 'storage' } } },
        version: { version: { number: revision, when: changedAt, by: { username: author } } },
        space: { space: { key: space } },
        history: { history: { createdBy: { username: author } } },
        'metadata.labels': {
          metadata: { labels: { results: labels.map((name) => ({ name, prefix: 'global' })) } },
        },
        ancestors: { ancestors: wiki.ancestors(id).map((ancestor) => ({ id: ancestor, type: 'page' })) },
      };
      const expanded = (request.query.expand ?? '').split(',').map((name) => all[name] ?? {});
      const _links = { base: `http://${request.headers.host}`, webui: `/display/${space}/${id}` };
      return Object.assign({ id, title, status, type, _links }, ...expanded);
    },
  );

  app.get<{ Querystring: { spaceKey?: string; limit?: string; cursor?: string } }>(
    '/rest/api/content/scan',
    async ({ query: { spaceKey, limit = '25', cursor = 'content:false:0' } }, reply) => {
      const pages = wiki.published().filter(({ space }) => spaceKey === undefined || space === spaceKey);
      if (spaceKey !== undefined && pages.length === 0) return reply.code(404).send({ statusCode: 404 });
      const rest = pages.filter(({ id }) => Number(id) > Number(cursor.split(':')[2]));
      const { results, next } = slice(rest, 0, Number(limit));
      return {
        results: results.map(({ id, title }) => ({ id, title, type: 'page' })),
        ...(next === undefined ? {} : { nextCursor: `content:false:${results.at(-1)?.id}` }),
      };
    },
  );

  app.get<{ Params: { id: string }; Querystring: { start?: string; limit?: string } }>(
    '/rest/api/content/:id/descendant/page',
    async ({ params, query: { start = '0', limit = '25' } }, reply) => {
      if (wiki.pages.get(params.id)?.status !== 'current') return reply.code(404).send({ statusCode: 404 });
      const { results, next } = slice(wiki.descendants(params.id), Number(start), Number(limit));
      const link = `/rest/api/content/${params.id}/descendant/page?limit=${limit}&start=${next}`;
      return {
        results: results.map(({ id, title }) => ({ id, title, type: 'page' })),
        _links: next === undefined ? {} : { next: link },
      };
    },
  );

  app.get<{ Params: { id: string }; Querystring: { start?: string; limit?: string } }>(
    '/rest/api/content/:id/restriction/byOperation/read',
    async ({ params, query }, reply) => {
      const page = wiki.pages.get(params.id);
      if (!page) return reply.code(404).send({ statusCode: 404 });
      return restrictionAnswer(page, query, ({ id }) => ({
        type: 'known',
        username: id,
        userKey: `key-${id}`,
      }));
    },
  );
}
