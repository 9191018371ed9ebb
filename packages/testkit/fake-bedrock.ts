import type { Embedder } from '@freshet/models/embedding';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answerTokens } from './fake-bedrock/answer-text.ts';
import { createFaultPlan, type Fault, type FaultPlanOptions, Refusal } from './fake-bedrock/faults.ts';
import { createInvoke } from './fake-bedrock/invoke.ts';
import { createPace, type PaceOptions } from './fake-bedrock/pace.ts';
import { readPrompt } from './fake-bedrock/prompt.ts';
import { createRequestLog, type RecordedRequest, type RequestLog } from './fake-bedrock/request-log.ts';
import { checkSignature } from './fake-bedrock/signature.ts';
import { streamAnswer } from './fake-bedrock/stream-answer.ts';

export interface FakeBedrockOptions extends PaceOptions, FaultPlanOptions {
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  /** From the request to the answer of an embedding, in milliseconds. */
  embedMs?: number;
  /** How far that time strays, by the same `distribution` as `spread`. */
  embedSpread?: number;
  /** Tokens of every answer; by default as many as three sentences have. */
  tokens?: number;
  /** What to say, in place of sentences of the prompt's passages. */
  answer?: (prompt: string) => string;
  /** Why the model stopped, when it was not for want of tokens. */
  stopReason?: string;
  /** Longer prompts are refused, at four characters a token. */
  contextTokens?: number;
  /** Gives the vectors in place of hashed words. */
  embedder?: Embedder;
  /** Called when the first token of a stream was handed to its socket. */
  onFirstToken?: (request: RecordedRequest) => void;
  /** Awaited before anything is answered: holds a request for as long as a test wants. */
  beforeAnswer?: (request: RecordedRequest) => Promise<void>;
}

export interface FakeBedrock {
  readonly url: string;
  readonly log: RequestLog;
  /** The faults of the requests that come next, before what the options say. */
  failNext(...faults: Fault[]): void;
  close(): Promise<void>;
}

interface Route {
  Params: { modelId: string };
}

/**
 * Bedrock Runtime's wire format over HTTP/1.1, for the unchanged AWS SDK: InvokeModel of the embedding and
 * reranking models that Freshet knows, Converse, and ConverseStream in event stream frames.
 */
export async function startFakeBedrock({
  host = '127.0.0.1',
  port = 0,
  embedMs = 0,
  embedSpread = 0,
  tokens,
  answer,
  stopReason = 'end_turn',
  contextTokens = 200_000,
  embedder,
  onFirstToken = () => {},
  beforeAnswer = async () => {},
  ...options
}: FakeBedrockOptions = {}): Promise<FakeBedrock> {
  const app = Fastify({
    bodyLimit: 16 * 1024 * 1024,
    // Streams that a fault left open must not hold up the end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2048 },
  });
  const plan = createFaultPlan(options);
  const pace = createPace(options);
  const embedPace = createPace({ ...options, firstTokenMs: embedMs, spread: embedSpread });
  const log = createRequestLog();
  const invoke = createInvoke(embedder);
  const records = new WeakMap<FastifyRequest, RecordedRequest>();

  // InvokeModel sends its JSON as application/octet-stream when its caller names no type.
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_: FastifyRequest, body: string) =>
    JSON.parse(body),
  );

  app.setErrorHandler((error: Error, request, reply) => {
    const refusal = error instanceof Refusal ? error : new Refusal('ValidationException', error.message);
    const record = records.get(request);
    if (record) record.outcome = 'failed';
    return reply
      .code(refusal.status)
      .header('x-amzn-errortype', `${refusal.name}:http://internal.amazon.com/coral/com.amazon.bedrock/`)
      .send({ message: refusal.message });
  });

  /** Records the request, and meets what is planned for it. A request that is never answered never returns. */
  async function begin(operation: string, request: FastifyRequest<Route>, reply: FastifyReply) {
    const { modelId } = request.params;
    const record = log.begin({ operation, modelId, body: request.body }, reply.raw);
    records.set(request, record);
    const fault = plan.next();
    await beforeAnswer(record);
    checkSignature(request.headers);
    if (fault?.type === 'refused') throw new Refusal(fault.error, fault.message);
    return { record, fault, modelId };
  }

  function speak(body: unknown) {
    const prompt = readPrompt(body, contextTokens);
    const all = answer ? (answer(prompt.text).match(/\s*\S+/g) ?? []) : answerTokens(prompt.text, tokens);
    const said = all.slice(0, prompt.maxTokens);
    return { ...prompt, said, reason: said.length < all.length ? 'max_tokens' : stopReason };
  }

  app.post<Route>('/model/:modelId/invoke', async (request, reply) => {
    const { modelId, fault } = await begin('invoke', request, reply);
    if (fault) return reply.hijack();
    const { body, inputTokens } = await invoke(modelId, request.body);
    if (embedMs > 0) await new Promise((resolve) => setTimeout(resolve, embedPace.schedule()()));
    return reply.header('x-amzn-bedrock-input-token-count', inputTokens).send(body);
  });

  app.post<Route>('/model/:modelId/converse', async (request, reply) => {
    const { record, fault } = await begin('converse', request, reply);
    if (fault) return reply.hijack();
    const { said, reason, inputTokens } = speak(request.body);
    const next = pace.schedule();
    const totalMs = said.reduce(() => next(), 0);
    if (totalMs > 0) await new Promise((resolve) => setTimeout(resolve, totalMs));
    return {
      output: { message: { role: 'assistant', content: [{ text: said.join('') }] } },
      stopReason: reason,
      usage: { inputTokens, outputTokens: said.length, totalTokens: inputTokens + said.length },
      metrics: { latencyMs: Math.round(performance.now() - record.receivedAt) },
    };
  });

  app.post<Route>('/model/:modelId/converse-stream', async (request, reply) => {
    const { record, fault } = await begin('converse-stream', request, reply);
    const { said, reason, inputTokens } = speak(request.body);
    reply.hijack();
    if (fault?.type === 'silent') return;
    await streamAnswer({
      response: reply.raw,
      record,
      tokens: said,
      stopReason: reason,
      inputTokens,
      due: pace.schedule(),
      fault,
      onFirstToken,
    });
  });

  app.server.on('connection', () => {
    log.counts.connections += 1;
  });
  const url = await app.listen({ host, port });
  return { url, log, failNext: (...faults) => plan.queue(faults), close: () => app.close() };
}
