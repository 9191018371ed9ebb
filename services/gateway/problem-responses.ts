import { Problem } from '@freshet/shared/contracts';

/** The problems of a route, for its OpenAPI document. */
export function problemResponses(...statuses: number[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'A problem.', content: { 'application/problem+json': { schema: Problem } } },
    ]),
  );
}
