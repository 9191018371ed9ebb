import type { AccessTokens } from '@freshet/shared/access-token';
import { WatermarkResponse } from '@freshet/shared/contracts';
import type { ServiceClient } from '@freshet/shared/http/client';
import type { ServiceApp } from '@freshet/shared/service/app';
import { problemResponses } from '../problem-responses.ts';

export interface WatermarkRouteOptions {
  retriever: ServiceClient;
  tokens: AccessTokens;
}

export async function watermarkRoute(app: ServiceApp, { retriever, tokens }: WatermarkRouteOptions) {
  app.get(
    '/v1/watermark',
    {
      schema: {
        tags: ['documents'],
        summary: 'How fresh the index is',
        response: { 200: WatermarkResponse, ...problemResponses(401, 503) },
      },
    },
    async (request) =>
      retriever.json<WatermarkResponse>({
        method: 'GET',
        path: '/v1/watermark',
        token: tokens.sign(request.caller.access),
        trace: request.trace,
        signal: request.abort.signal,
        isIdempotent: true,
      }),
  );
}
