import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Caller, Callers } from '../api-keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

/** Names the caller of every /v1 route before its body is read; who sends a webhook is named by its signature. */
export const identifyCaller = fp(
  async (app: FastifyInstance, { callers }: { callers: Callers }) => {
    app.decorateRequest('caller');
    app.addHook('onRequest', async (request) => {
      const { url } = request.routeOptions;
      if (url?.startsWith('/v1/') && !url.startsWith('/v1/webhooks/')) {
        request.caller = callers.identify(request.headers.authorization);
      }
    });
  },
  { name: 'identify-caller', dependencies: ['request-context'] },
);
