import Fastify, { type FastifyRequest } from 'fastify';
import { Refusal } from './fake-bedrock/faults.ts';
import { createRequestLog, type RecordedRequest, type RequestLog } from './fake-bedrock/request-log.ts';
import { checkSignature } from './fake-bedrock/signature.ts';
import { rerankByWords } from './fake-rerank.ts';

export interface FakeSageMaker {
  readonly url: string;
  readonly log: RequestLog;
  /** What becomes of the requests that come next: an error of SageMaker by its name and status, or no answer at all. */
  failNext(...faults: SageMakerFault[]): void;
  close(): Promise<void>;
}

export type SageMakerFault = { type: 'refused'; error: string; status: number } | { type: 'silent' };

interface RerankBody {
  query: string;
  texts?: string[];
  documents?: string[];
}

/** SageMaker Runtime's InvokeEndpoint, for the unchanged AWS SDK: a reranker behind it, in both shapes of body. */
export async function startFakeSageMaker(): Promise<FakeSageMaker> {
  const app = Fastify({ bodyLimit: 16 * 1024 * 1024, forceCloseConnections: true });
  const log = createRequestLog();
  const faults: SageMakerFault[] = [];
  const records = new WeakMap<FastifyRequest, RecordedRequest>();

  app.setErrorHandler((error: Error & { status?: number }, request, reply) => {
    const record = records.get(request);
    if (record) record.outcome = 'failed';
    return reply
      .code(error.status ?? 500)
      .header('x-amzn-errortype', error.name)
      .send({ message: error.message });
  });

  app.post<{ Params: { endpoint: string }; Body: RerankBody }>(
    '/endpoints/:endpoint/invocations',
    async (request, reply) => {
      const { body, params } = request;
      const record = log.begin({ operation: 'invoke-endpoint', modelId: params.endpoint, body }, reply.raw);
      records.set(request, record);
      const fault = faults.shift();
      checkSignature(request.headers, 'sagemaker');
      if (fault?.type === 'silent') return reply.hijack();
      if (fault) {
        const { error, status } = fault;
        throw Object.assign(new Error('The endpoint failed.'), { name: error, status });
      }
      const { query, documents, texts = documents } = body;
      if (typeof query !== 'string' || !Array.isArray(texts)) throw new Refusal('ValidationException');
      const scored = rerankByWords(query, texts);
      if (!documents) return scored;
      return { results: scored.map(({ index, score }) => ({ index, relevance_score: score })) };
    },
  );

  app.server.on('connection', () => {
    log.counts.connections += 1;
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, log, failNext: (...next) => void faults.push(...next), close: () => app.close() };
}
