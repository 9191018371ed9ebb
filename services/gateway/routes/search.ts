import type { AccessTokens } from '@freshet/shared/access-token';
import { assertSearchFilter, RetrieveRequest, RetrieveResponse } from '@freshet/shared/contracts';
import type { ServiceClient } from '@freshet/shared/http/client';
import type { ServiceApp } from '@freshet/shared/service/app';
import { problemResponses } from '../problem-responses.ts';

export interface SearchRouteOptions {
  retriever: ServiceClient;
  tokens: AccessTokens;
}

export async function searchRoute(app: ServiceApp, { retriever, tokens }: SearchRouteOptions) {
  app.post(
    '/v1/search',
    {
      schema: {
        tags: ['chat'],
        summary: 'Search without an answer',
        description: 'The passages that an answer would be made from, with their scores.',
        body: RetrieveRequest,
        response: { 200: RetrieveResponse, ...problemResponses(400, 401, 413, 415, 503, 504) },
      },
    },
    async (request) => {
      assertSearchFilter(request.body.filter);
      return retriever.json<RetrieveResponse>({
        path: '/v1/retrieve',
        body: request.body,
        token: tokens.sign(request.caller.access),
        trace: request.trace,
        signal: request.abort.signal,
        isIdempotent: true,
      });
    },
  );
}
