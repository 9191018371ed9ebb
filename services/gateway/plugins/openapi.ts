import swagger from '@fastify/swagger';
import apiReference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** `GET /openapi.json`, written from the routes' own schemas, and a page to read it at `/docs`. */
export const openapi = fp(
  async (app: FastifyInstance) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Freshet',
          version: '0.1.0',
          description: 'Cited answers from your own documents, streamed, and as fresh as the documents are.',
        },
        components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
        security: [{ apiKey: [] }, {}],
        tags: [
          { name: 'chat', description: 'Ask' },
          { name: 'documents', description: 'Write and look up documents' },
        ],
      },
    });
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    await app.register(apiReference, {
      routePrefix: '/docs',
      configuration: {
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        agent: { disabled: true },
      },
    });
  },
  { name: 'openapi' },
);
