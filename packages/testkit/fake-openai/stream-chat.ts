import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeEvent } from '@freshet/shared/sse/encode';
import type { RecordedRequest } from '../fake-bedrock/request-log.ts';

/** What goes wrong with one request. */
export type OpenAiFault =
  /** An error with its status, in place of an answer. */
  | { type: 'refused'; status: number; message?: string; headers?: Record<string, string> }
  /** Nothing is ever answered, not even the head. */
  | { type: 'silent' }
  /** An event that says what failed, as vLLM sends it, after so many tokens. */
  | { type: 'error'; afterTokens: number }
  /** An event that is no JSON. */
  | { type: 'garbled'; afterTokens: number }
  /** The socket is closed in the middle of an event. */
  | { type: 'truncated'; afterTokens: number }
  /** The stream ends in good order, but before it is finished. */
  | { type: 'ended'; afterTokens: number }
  /** No more bytes, and the socket stays open. */
  | { type: 'stalled'; afterTokens: number };

export interface StreamChatOptions {
  response: ServerResponse;
  record: RecordedRequest;
  tokens: readonly string[];
  finishReason: string;
  usage: object | undefined;
  betweenTokensMs: number;
  fault: OpenAiFault | undefined;
}

/** Writes a chat completion as a stream of chunks, up to its end, its fault, or the moment its client leaves. */
export async function streamChat({
  response,
  record,
  tokens,
  finishReason,
  usage,
  betweenTokensMs,
  fault,
}: StreamChatOptions): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const event = (chunk: object) =>
    encodeEvent({
      data: JSON.stringify({ object: 'chat.completion.chunk', model: record.modelId, ...chunk }),
    });
  const delta = (content: object) => event({ choices: [{ index: 0, delta: content, finish_reason: null }] });

  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(delta({ role: 'assistant', content: '' }));
  for (const [i, content] of tokens.entries()) {
    if (fault && 'afterTokens' in fault && fault.afterTokens === i) {
      record.outcome = 'failed';
      return fail(response, fault, delta({ content }));
    }
    if (i > 0 && betweenTokensMs > 0) {
      await pause(betweenTokensMs, undefined, { signal: gone.signal }).catch(() => {});
    }
    if (gone.signal.aborted) return;
    response.write(delta({ content }));
    record.tokens += 1;
    record.firstTokenAt ??= performance.now();
  }
  response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: finishReason }] }));
  if (usage) response.write(event({ choices: [], usage }));
  response.end(encodeEvent({ data: '[DONE]' }));
}

/** `next` is the event that would have come. */
function fail(response: ServerResponse, fault: OpenAiFault, next: string): void {
  switch (fault.type) {
    case 'error':
      response.end(encodeEvent({ data: '{"error":{"message":"The engine died.","code":500}}' }));
      break;
    case 'garbled':
      response.end(encodeEvent({ data: '{"choices":' }));
      break;
    case 'truncated':
      response.write(next.slice(0, next.length / 2), () => response.destroy());
      break;
    case 'ended':
      response.end();
      break;
    default:
      // Stalled: nothing more is written, and the socket stays open.
      break;
  }
}
