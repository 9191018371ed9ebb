import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import { corrupted, eventFrame, exceptionFrame } from './frames.ts';
import type { RecordedRequest } from './request-log.ts';

export interface StreamAnswerOptions {
  response: ServerResponse;
  record: RecordedRequest;
  tokens: readonly string[];
  stopReason: string;
  inputTokens: number;
  /** Milliseconds from the request to each token in turn. */
  due: () => number;
  fault: Fault | undefined;
  onFirstToken: (request: RecordedRequest) => void;
}

/** Writes a ConverseStream answer at its pace, up to its end, its fault, or the moment its client leaves. */
export async function streamAnswer({
  response,
  record,
  tokens,
  stopReason,
  inputTokens,
  due,
  fault,
  onFirstToken,
}: StreamAnswerOptions): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { signal } = gone;
  const write = async (frame: Uint8Array) => {
    if (!response.write(frame)) await once(response, 'drain', { signal });
  };
  const waitUntil = async (ms: number) => {
    const rest = record.receivedAt + ms - performance.now();
    if (rest >= 1) await pause(rest, undefined, { signal });
    signal.throwIfAborted();
  };

  try {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    await write(eventFrame('messageStart', { role: 'assistant' }));
    for (const [i, text] of tokens.entries()) {
      await waitUntil(due());
      const frame = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
      if (fault && 'afterTokens' in fault && fault.afterTokens === i) {
        record.outcome = 'failed';
        return fail(response, fault, frame);
      }
      await write(frame);
      record.tokens += 1;
      if (i === 0) {
        record.firstTokenAt = performance.now();
        onFirstToken(record);
      }
    }
    await write(eventFrame('contentBlockStop', { contentBlockIndex: 0 }));
    await write(eventFrame('messageStop', { stopReason }));
    const usage = { inputTokens, outputTokens: tokens.length, totalTokens: inputTokens + tokens.length };
    const latencyMs = Math.round(performance.now() - record.receivedAt);
    response.end(eventFrame('metadata', { usage, metrics: { latencyMs } }));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** `frame` is the one that would have come next. */
function fail(response: ServerResponse, fault: Fault, frame: Uint8Array): void {
  switch (fault.type) {
    case 'exception':
      response.end(exceptionFrame(fault.error, fault.message ?? 'The stream failed in the middle.'));
      break;
    case 'truncated':
      response.write(frame.subarray(0, Math.floor(frame.length / 2)), () => response.destroy());
      break;
    case 'corrupted':
      response.end(corrupted(frame));
      break;
    case 'ended':
      response.end();
      break;
    default:
      // Stalled: nothing more is written, and the socket stays open.
      break;
  }
}
