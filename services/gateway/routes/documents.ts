import type { EventLog, Position } from '@freshet/event-log';
import type { AccessTokens } from '@freshet/shared/access-token';
import {
  advanceTo,
  DELETED,
  DocumentId,
  DocumentInput,
  encodeWatermark,
  Manifest,
  ManifestsQuery,
  ManifestsResponse,
  Source,
  Version,
  WatermarkToken,
} from '@freshet/shared/contracts';
import { encodeDocumentEvent } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { ServiceClient } from '@freshet/shared/http/client';
import type { ServiceApp } from '@freshet/shared/service/app';
import type { Sources } from '@freshet/shared/sources';
import { createValidator } from '@freshet/shared/validation';
import { createVersionClock } from '@freshet/shared/version-clock';
import type { SharedState } from '@freshet/state';
import type { FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { acceptDocuments } from '../accept-documents.ts';
import { appendDocuments } from '../append-documents.ts';
import { parseNdjson } from '../ndjson-body.ts';
import { problemResponses } from '../problem-responses.ts';
import { versionsFor } from '../request-versions.ts';

export interface DocumentRoutesOptions {
  log: EventLog;
  retriever: ServiceClient;
  tokens: AccessTokens;
  sources: Sources;
  state: SharedState;
}

const MAX_DOCUMENTS = 10_000;
const BODY_LIMIT = 10 * 1024 * 1024;

const DocumentsRequest = Type.Object(
  { documents: Type.Array(DocumentInput, { minItems: 1, maxItems: MAX_DOCUMENTS }) },
  { additionalProperties: false, title: 'DocumentsRequest' },
);

/** The same without a look into the documents: each is judged by itself. */
const looseRequest = createValidator(
  Type.Object(
    { documents: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_DOCUMENTS }) },
    { additionalProperties: false },
  ),
);

const DocumentsResponse = Type.Object(
  {
    accepted: Type.Array(
      Type.Object({ index: Type.Integer(), source: Source, documentId: DocumentId, version: Version }),
    ),
    refused: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), detail: Type.String() })),
    watermark: WatermarkToken,
  },
  { title: 'DocumentsResponse' },
);

const DeletionResponse = Type.Object(
  { source: Source, documentId: DocumentId, version: Version, watermark: WatermarkToken },
  { title: 'DeletionResponse' },
);

const params = Type.Object({ source: Source, documentId: DocumentId });

const headers = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description:
        'Makes the request safe to repeat within 24 hours: what the first one wrote is written again as the same version.',
    }),
  ),
});

export async function documentRoutes(
  app: ServiceApp,
  { log, retriever, tokens, sources, state }: DocumentRoutesOptions,
) {
  const nextVersion = createVersionClock();
  const ports = { state, nextVersion };

  app.addContentTypeParser(
    ['application/x-ndjson', 'application/jsonl'],
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => ({ documents: parseNdjson(body) }),
  );

  app.post(
    '/v1/documents',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ['documents'],
        summary: 'Write documents',
        description:
          'Writes up to 10,000 documents, 10 MiB in all, as one JSON object or, with `content-type: application/x-ndjson`, one document a line. Each is checked by itself: `refused` says which were not taken and why. What was accepted is durable; it is searchable once the index has reached `watermark`.',
        headers,
        body: DocumentsRequest,
        response: { 202: DocumentsResponse, ...problemResponses(400, 401, 403, 413, 415, 422, 503) },
      },
      validatorCompiler: ({ schema, httpPart }) => {
        const validator = httpPart === 'body' ? looseRequest : createValidator(schema as TSchema);
        return (value: unknown) =>
          validator.check(value) || {
            error: new FreshetError('FRESHET_REQUEST_INVALID', problemOf(validator.errors(value))),
          };
      },
    },
    async (request, reply) => {
      demandWriter(request);
      const { access } = request.caller;
      const { documents } = request.body;
      const { records, accepted, refused } = acceptDocuments(documents, access, {
        sources,
        nextVersion: await versionsFor(
          { ...keyOf(request), body: documents, count: documents.length },
          ports,
        ),
      });
      if (accepted.length === 0) {
        throw new FreshetError('FRESHET_REQUEST_INVALID', problemOf(refused.map(toFieldError)));
      }
      const positions = await appendDocuments(log, records, request.trace);
      reply.code(202);
      return { accepted, refused, watermark: watermarkOf(positions) };
    },
  );

  app.delete(
    '/v1/documents/:source/:documentId',
    {
      schema: {
        tags: ['documents'],
        summary: 'Delete a document',
        description: 'Deleting what does not exist is no error: a later, older upsert stays out.',
        params,
        querystring: Type.Object(
          {
            version: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
          },
          { additionalProperties: false },
        ),
        headers,
        response: { 202: DeletionResponse, ...problemResponses(400, 401, 403, 422, 503) },
      },
    },
    async (request, reply) => {
      demandWriter(request);
      const { source, documentId } = request.params;
      const { tenant } = request.caller.access;
      const given = request.query.version;
      const next = await versionsFor({ ...keyOf(request), body: [request.params, given], count: 1 }, ports);
      const version = given === undefined ? next() : Number(given);
      const data = { tenant, source, documentId, version, changedAt: new Date().toISOString() };
      const record = encodeDocumentEvent({ type: DELETED, data });
      const positions = await appendDocuments(log, [record], request.trace);
      reply.code(202);
      return { source, documentId, version, watermark: watermarkOf(positions) };
    },
  );

  app.get(
    '/v1/documents',
    {
      schema: {
        tags: ['documents'],
        summary: 'List the documents of a source',
        description:
          'What the index knows of each, by document id, a page at a time. For those who may write: it lists what they may not see in answers, too.',
        querystring: ManifestsQuery,
        response: { 200: ManifestsResponse, ...problemResponses(400, 401, 403) },
      },
    },
    async (request) => {
      demandWriter(request);
      const query = new URLSearchParams(request.query);
      return retriever.json<ManifestsResponse>({
        method: 'GET',
        path: `/v1/documents?${query}`,
        token: tokens.sign(request.caller.access, { isManager: true }),
        trace: request.trace,
        signal: request.abort.signal,
        isIdempotent: true,
      });
    },
  );

  app.get(
    '/v1/documents/:source/:documentId',
    {
      schema: {
        tags: ['documents'],
        summary: 'Look up a document',
        description: 'What the index knows of the document: its state, version and number of chunks.',
        params,
        response: { 200: Manifest, ...problemResponses(400, 401, 404) },
      },
    },
    async (request) => {
      const { source, documentId } = request.params;
      return retriever.json<Manifest>({
        method: 'GET',
        path: `/v1/documents/${source}/${encodeURIComponent(documentId)}`,
        token: tokens.sign(request.caller.access),
        trace: request.trace,
        signal: request.abort.signal,
        isIdempotent: true,
      });
    },
  );
}

function demandWriter({ caller }: FastifyRequest): void {
  if (!caller.canWrite) throw new FreshetError('FRESHET_FORBIDDEN');
}

function keyOf({ caller, headers }: FastifyRequest<{ Headers: { 'idempotency-key'?: string } }>) {
  return { tenant: caller.access.tenant, key: headers['idempotency-key'] };
}

function toFieldError({ index, detail }: { index: number; detail: string }) {
  return { path: `/documents/${index}`, detail };
}

function problemOf(errors: { path: string; detail: string }[]) {
  return {
    errors: errors.slice(0, 20),
    detail: errors
      .slice(0, 5)
      .map(({ path, detail }) => `${path} ${detail}`)
      .join('; '),
  };
}

function watermarkOf(positions: readonly Position[]): string {
  const watermark = new Map<number, number>();
  advanceTo(
    watermark,
    positions.map(({ partition, offset }) => [partition, offset + 1]),
  );
  return encodeWatermark(watermark);
}
