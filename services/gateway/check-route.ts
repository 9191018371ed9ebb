import type { AccessTokens } from '@freshet/shared/access-token';
import type { ServiceClient } from '@freshet/shared/http/client';
import type { Question } from './answer.ts';

/** @throws {FreshetError} `FRESHET_ROUTE_UNKNOWN`, naming the routes that there are. */
export type CheckRoute = (question: Question) => Promise<void>;

/**
 * Asks the generator whether it has the route that a question names, if it names one. Before the stream begins a route
 * that is not there is a problem with its status, and nothing was searched in vain.
 */
export function createRouteCheck(generator: ServiceClient, tokens: AccessTokens): CheckRoute {
  return async ({ access, request: { route }, trace, signal }) => {
    if (route === undefined) return;
    await generator.json({
      method: 'GET',
      path: `/v1/routes/${route}`,
      token: tokens.sign(access),
      isIdempotent: true,
      trace,
      signal,
    });
  };
}
