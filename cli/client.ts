import type {
  ChatEvent,
  ChatRequest,
  DocumentInput,
  Manifest,
  ManifestsResponse,
  Refusal,
  RefusalsResponse,
  RetrieveRequest,
  RetrieveResponse,
  WatermarkResponse,
} from '@freshet/shared/contracts';
import { hasCode } from '@freshet/shared/errors';
import { createServiceClient } from '@freshet/shared/http/client';

export interface WrittenDocument {
  index: number;
  source: string;
  documentId: string;
  version: number;
}

export interface WriteResult {
  accepted: WrittenDocument[];
  refused: { index: number; code: string; detail: string }[];
  watermark: string;
}

export interface FreshetClient {
  write(documents: DocumentInput[], signal: AbortSignal): Promise<WriteResult>;
  delete(
    source: string,
    documentId: string,
    signal: AbortSignal,
    /** Deletes this version and older ones alone. */
    version?: number,
  ): Promise<{ version: number; watermark: string }>;
  /** `undefined` for a document that the index does not have. */
  manifest(source: string, documentId: string, signal: AbortSignal): Promise<Manifest | undefined>;
  /** What the index knows of the live documents of a source, by document id; of those alone whose id begins so. */
  list(source: string, signal: AbortSignal, prefix?: string): AsyncGenerator<Manifest>;
  /** Why the ingestor refused documents of a source, the last refusal of each. */
  refusals(source: string, signal: AbortSignal): Promise<Refusal[]>;
  status(signal: AbortSignal): Promise<WatermarkResponse>;
  search(request: RetrieveRequest, signal: AbortSignal): Promise<RetrieveResponse>;
  chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent>;
  close(): Promise<void>;
}

export interface FreshetClientOptions {
  url: string;
  apiKey?: string | undefined;
  connections?: number;
}

/** The gateway's HTTP API, as the commands need it. */
export function createFreshetClient({ url, apiKey, connections = 16 }: FreshetClientOptions): FreshetClient {
  const http = createServiceClient({
    name: `gateway at ${url}`,
    baseUrl: url,
    connections,
    timeoutMs: 60_000,
  });
  const call = (signal: AbortSignal) => ({ signal, ...(apiKey === undefined ? {} : { token: apiKey }) });
  const pathOf = (source: string, documentId: string) =>
    `/v1/documents/${encodeURIComponent(source)}/${encodeURIComponent(documentId)}`;
  return {
    write: (documents, signal) => http.json({ ...call(signal), path: '/v1/documents', body: { documents } }),
    delete: (source, documentId, signal, version) =>
      http.json({
        ...call(signal),
        method: 'DELETE',
        path: pathOf(source, documentId) + (version === undefined ? '' : `?version=${version}`),
        isIdempotent: true,
      }),
    async manifest(source, documentId, signal) {
      try {
        return await http.json<Manifest>({
          ...call(signal),
          method: 'GET',
          path: pathOf(source, documentId),
          isIdempotent: true,
        });
      } catch (error) {
        if (hasCode(error, 'FRESHET_DOCUMENT_NOT_FOUND')) return undefined;
        throw error;
      }
    },
    async *list(source, signal, prefix) {
      let after: string | undefined;
      do {
        const query = new URLSearchParams({
          source,
          state: 'live',
          ...(prefix ? { prefix } : {}),
          ...(after === undefined ? {} : { after }),
        });
        const page = await http.json<ManifestsResponse>({
          ...call(signal),
          method: 'GET',
          path: `/v1/documents?${query}`,
          isIdempotent: true,
        });
        yield* page.documents;
        after = page.next;
      } while (after !== undefined);
    },
    async refusals(source, signal) {
      const { refusals } = await http.json<RefusalsResponse>({
        ...call(signal),
        method: 'GET',
        path: `/v1/refusals?${new URLSearchParams({ source })}`,
        isIdempotent: true,
      });
      return refusals;
    },
    status: (signal) =>
      http.json({ ...call(signal), method: 'GET', path: '/v1/watermark', isIdempotent: true }),
    search: (request, signal) =>
      http.json({ ...call(signal), path: '/v1/search', body: request, isIdempotent: true }),
    chat: (request, signal) => http.events({ ...call(signal), path: '/v1/chat', body: request }),
    close: () => http.close(),
  };
}
