import type { AccessTokens } from '@freshet/shared/access-token';
import { assertSearchFilter, RetrieveRequest, RetrieveResponse } from '@freshet/shared/contracts';
import type { ServiceApp } from '@freshet/shared/service/app';
import type { RetrieveMetrics } from '../metrics.ts';
import type { Retrieve } from '../retrieve.ts';

export interface RetrieveRouteOptions {
  retrieve: Retrieve;
  tokens: AccessTokens;
  metrics: RetrieveMetrics;
}

export async function retrieveRoute(app: ServiceApp, { retrieve, tokens, metrics }: RetrieveRouteOptions) {
  app.post(
    '/v1/retrieve',
    { schema: { body: RetrieveRequest, response: { 200: RetrieveResponse } } },
    async (request) => {
      assertSearchFilter(request.body.filter);
      const access = tokens.verify(request.headers.authorization);
      const response = await retrieve(access, request.body, request.abort.signal);
      for (const [name, ms] of Object.entries(response.timings)) {
        metrics.stages.observe({ stage: name.replace(/Ms$/, '') }, ms / 1000);
      }
      metrics.passages.observe(response.passages.length);
      return response;
    },
  );
}
