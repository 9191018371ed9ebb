import type { AccessTokens } from '@freshet/shared/access-token';
import { RetrieveRequest, RetrieveResponse } from '@freshet/shared/contracts';
import { DURATION_BUCKETS, Histogram, type Registry } from '@freshet/shared/metrics';
import type { ServiceApp } from '@freshet/shared/service/app';
import type { Retrieve } from '../retrieve.ts';

export interface RetrieveRouteOptions {
  retrieve: Retrieve;
  tokens: AccessTokens;
  registry: Registry;
}

export async function retrieveRoute(app: ServiceApp, { retrieve, tokens, registry }: RetrieveRouteOptions) {
  const stages = new Histogram({
    name: 'freshet_retrieve_stage_seconds',
    help: 'Time of one retrieval in a stage.',
    labelNames: ['stage'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });

  app.post(
    '/v1/retrieve',
    { schema: { body: RetrieveRequest, response: { 200: RetrieveResponse } } },
    async (request) => {
      const access = await tokens.verify(request.headers.authorization);
      const response = await retrieve(access, request.body, request.abort.signal);
      for (const [name, ms] of Object.entries(response.timings)) {
        stages.observe({ stage: name.replace(/Ms$/, '') }, ms / 1000);
      }
      return response;
    },
  );
}
