import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { FieldError, Problem } from '../contracts/problem.ts';
import { type ErrorCode, FreshetError } from '../errors.ts';
import { continueTrace } from '../trace.ts';
import { ClientGone } from './request-context.ts';
import { otelOf } from './request-span.ts';

/** Fastify's own errors, as codes of our catalogue. */
const FASTIFY_CODES = new Map<string | undefined, ErrorCode>(
  Object.entries({
    FST_ERR_CTP_BODY_TOO_LARGE: 'FRESHET_BODY_TOO_LARGE',
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'FRESHET_MEDIA_TYPE_UNSUPPORTED',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'FRESHET_BODY_MALFORMED',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'FRESHET_BODY_MALFORMED',
    FST_ERR_BAD_URL: 'FRESHET_REQUEST_INVALID',
  } as const),
);

const MAX_FIELD_ERRORS = 20;

/** Any thrown value as an error of the catalogue. What is not foreseen is internal, and tells nothing. */
export function toFreshetError(error: unknown): FreshetError {
  if (error instanceof FreshetError) return error;
  const { validation, code, statusCode, message, validationContext } = (error ?? {}) as Partial<FastifyError>;
  if (validation) {
    const errors: FieldError[] = validation
      .slice(0, MAX_FIELD_ERRORS)
      .map(({ instancePath, message: detail, params }) => ({
        path: `/${validationContext}${instancePath}`,
        detail: [detail ?? 'is wrong', params['additionalProperty'], params['allowedValue']]
          .filter((part) => part !== undefined)
          .join(': '),
      }));
    return new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: errors.map(({ path, detail }) => `${path} ${detail}`).join('; '),
      errors,
    });
  }
  const known = FASTIFY_CODES.get(code);
  if (known) return new FreshetError(known, message === undefined ? {} : { detail: message });
  // Only Fastify's own: clients of other servers throw errors with a status code too, which are not the caller's.
  if (code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: message ?? STATUS_CODES[statusCode] ?? 'Bad request',
    });
  }
  return new FreshetError('FRESHET_INTERNAL', { cause: error });
}

export function toProblem(error: FreshetError, traceId: string): Problem {
  const { code, status, title, message, isRetryable, errors } = error;
  return {
    type: `urn:freshet:problem:${code.slice('FRESHET_'.length).toLowerCase()}`,
    title,
    status,
    detail: message,
    code,
    isRetryable,
    traceId,
    ...(errors ? { errors } : {}),
  };
}

/** Answers with an error; one without a trace came up before any hook ran. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: FreshetError): void {
  const { traceId } = request.trace ?? continueTrace(request.headers['traceparent'] as string | undefined);
  if (error.isRetryable && error.status === 503) reply.header('retry-after', '1');
  reply.header('x-trace-id', traceId);
  reply.code(error.status).type('application/problem+json').serializer(JSON.stringify);
  reply.send(toProblem(error, traceId));
}

/** The paths of a route, `:name` being one segment and `*` any rest. */
function toPattern(url: string): RegExp {
  const source = url
    .split(/(:[^/]+|\*)/)
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${source.join('')}$`);
}

/** Answers every error as problem+json (RFC 9457), and every unknown route with the methods that it takes. */
export const problems = fp(
  async (app: FastifyInstance) => {
    const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
    app.addHook('onRoute', ({ url, method }) => {
      const route = routes.get(url) ?? { pattern: toPattern(url), methods: new Set() };
      for (const name of [method].flat()) route.methods.add(name);
      routes.set(url, route);
    });

    app.setErrorHandler((thrown, request, reply) => {
      // Nobody is left to answer, and a client that leaves is nobody's error.
      if (thrown instanceof ClientGone) return;
      const error = toFreshetError(thrown);
      otelOf(request)?.span?.setAttribute('error.type', error.code);
      if (error.status >= 500) request.log.error({ err: error, code: error.code }, 'request failed');
      else request.log.info({ code: error.code, detail: error.message }, 'request refused');
      sendProblem(request, reply, error);
    });

    app.setNotFoundHandler((request, reply) => {
      const path = request.url.split('?', 1)[0] ?? '/';
      const methods = new Set(
        [...routes.values()]
          .filter(({ pattern }) => pattern.test(path))
          .flatMap((route) => [...route.methods]),
      );
      if (methods.size === 0 || methods.has(request.method)) {
        return sendProblem(request, reply, new FreshetError('FRESHET_ROUTE_NOT_FOUND'));
      }
      const allow = [...methods].sort().join(', ');
      reply.header('allow', allow);
      return sendProblem(
        request,
        reply,
        new FreshetError('FRESHET_METHOD_NOT_ALLOWED', {
          detail: `${request.method} is not one of: ${allow}.`,
        }),
      );
    });
  },
  { name: 'problems' },
);
