import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answerTokens, countTokens } from './fake-bedrock/answer-text.ts';
import { createRequestLog, type RecordedRequest, type RequestLog } from './fake-bedrock/request-log.ts';
import { type OpenAiFault, streamChat } from './fake-openai/stream-chat.ts';
import { rerankByWords } from './fake-rerank.ts';

export interface FakeOpenAiOptions {
  /** Of embeddings, unless the request asks for others. */
  dimensions?: number;
  /** Longer texts and prompts are refused, at four characters a token. */
  maxTokens?: number;
  /** Texts or documents that one request may have. */
  maxBatch?: number;
  /** Wanted as a bearer token. */
  apiKey?: string;
  /** From a token to the next, in milliseconds. */
  betweenTokensMs?: number;
  /** What to say, in place of sentences of the prompt's passages. */
  answer?: (prompt: string) => string;
  /** Where the model cuts what it says; between words by default. */
  cut?: (answer: string) => string[];
  finishReason?: string;
  /** Whether it says what an answer used, when it is asked to; older servers do not. */
  countsTokens?: boolean;
  /** Awaited before anything is answered: holds a request for as long as a test wants. */
  beforeAnswer?: (request: RecordedRequest) => Promise<void>;
}

export interface FakeOpenAi {
  /** With the version in its path. */
  readonly url: string;
  readonly log: RequestLog;
  /** The faults of the requests that come next. */
  failNext(...faults: OpenAiFault[]): void;
  close(): Promise<void>;
}

interface EmbeddingsBody {
  input: string | string[];
  dimensions?: number;
}

interface ChatBody {
  messages: { role: string; content: string }[];
  max_tokens?: number;
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}

interface RerankBody {
  query: string;
  documents?: string[];
  texts?: string[];
}

class ServerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * What vLLM, LiteLLM and Text Embeddings Inference have in common: `/v1/embeddings`, `/v1/chat/completions` whole
 * or as a stream, and `/v1/rerank` in both of its shapes (Cohere's with `documents`, TEI's with `texts`).
 */
export async function startFakeOpenAi({
  dimensions = 64,
  maxTokens = 512,
  maxBatch = 32,
  apiKey,
  betweenTokensMs = 0,
  answer,
  cut = (text) => text.match(/\s*\S+/g) ?? [],
  finishReason = 'stop',
  countsTokens = true,
  beforeAnswer = async () => {},
}: FakeOpenAiOptions = {}): Promise<FakeOpenAi> {
  const app = Fastify({ bodyLimit: 16 * 1024 * 1024, forceCloseConnections: true });
  const log = createRequestLog();
  const faults: OpenAiFault[] = [];
  const records = new WeakMap<FastifyRequest, RecordedRequest>();

  app.setErrorHandler((error: Error, request, reply) => {
    const record = records.get(request);
    if (record) record.outcome = 'failed';
    const status = error instanceof ServerError ? error.status : 500;
    return reply.code(status).send({ error: { message: error.message, type: 'error', code: status } });
  });

  async function begin(operation: string, request: FastifyRequest, reply: FastifyReply) {
    const modelId = (request.body as { model?: string }).model ?? '';
    const record = log.begin({ operation, modelId, body: request.body }, reply.raw);
    records.set(request, record);
    const fault = faults.shift();
    await beforeAnswer(record);
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      throw new ServerError(401, 'Unauthorized');
    }
    if (fault?.type === 'refused') {
      if (fault.headers) reply.headers(fault.headers);
      throw new ServerError(fault.status, fault.message ?? 'The request failed.');
    }
    return { record, fault };
  }

  function checkLength(text: string): void {
    const given = countTokens(text);
    if (given > maxTokens) {
      throw new ServerError(
        400,
        `This model's maximum context length is ${maxTokens} tokens. However, you requested ${given} tokens. Please reduce the length of the input.`,
      );
    }
  }

  app.post<{ Body: EmbeddingsBody }>('/v1/embeddings', async (request, reply) => {
    const { record, fault } = await begin('embeddings', request, reply);
    if (fault) return reply.hijack();
    const { input, dimensions: wanted = dimensions } = request.body;
    const texts = [input].flat();
    if (texts.length > maxBatch) {
      throw new ServerError(422, `batch size ${texts.length} > maximum allowed batch size ${maxBatch}`);
    }
    if (texts.includes('')) throw new ServerError(400, "'$.input' is invalid.");
    for (const text of texts) checkLength(text);
    const vectors = await createHashedEmbedder({ dimensions: wanted }).embedDocuments(texts);
    const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
    return {
      object: 'list',
      model: record.modelId,
      // Not of unit length, and not in order: what a client may rely on is the index.
      data: vectors
        .map((vector, index) => ({ object: 'embedding', index, embedding: Array.from(vector, (x) => 3 * x) }))
        .reverse(),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  });

  app.post<{ Body: ChatBody }>('/v1/chat/completions', async (request, reply) => {
    const { record, fault } = await begin('chat', request, reply);
    const { messages, max_tokens = 1024, stream, stream_options } = request.body;
    const prompt = messages.map(({ content }) => content).join('\n');
    checkLength(prompt);
    const all = answer ? cut(answer(prompt)) : answerTokens(prompt);
    const tokens = all.slice(0, max_tokens);
    if (!stream) {
      if (fault) return reply.hijack();
      const message = { role: 'assistant', content: tokens.join('') };
      return { object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finishReason }] };
    }
    reply.hijack();
    if (fault?.type === 'silent') return reply;
    await streamChat({
      response: reply.raw,
      record,
      tokens,
      finishReason: tokens.length < all.length ? 'length' : finishReason,
      usage:
        countsTokens && stream_options?.include_usage
          ? { prompt_tokens: countTokens(prompt), completion_tokens: tokens.length }
          : undefined,
      betweenTokensMs,
      fault,
    });
    return reply;
  });

  app.post<{ Body: RerankBody }>('/v1/rerank', async (request, reply) => {
    const { fault } = await begin('rerank', request, reply);
    if (fault) return reply.hijack();
    const { query, documents, texts = documents ?? [] } = request.body;
    if (texts.length > maxBatch) {
      throw new ServerError(422, `batch size ${texts.length} > maximum allowed batch size ${maxBatch}`);
    }
    const scored = rerankByWords(query, texts);
    if (!documents) return scored;
    return { results: scored.map(({ index, score }) => ({ index, relevance_score: score })) };
  });

  app.server.on('connection', () => {
    log.counts.connections += 1;
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `${origin}/v1`,
    log,
    failNext: (...next) => void faults.push(...next),
    close: () => app.close(),
  };
}
