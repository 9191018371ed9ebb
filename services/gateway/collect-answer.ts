import type { ChatEvent, ChatResponse } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';

/** A stream of chat events as one object. */
export async function collectAnswer(events: AsyncIterable<ChatEvent>): Promise<ChatResponse> {
  let head = { chatId: '', traceId: '' };
  let retrieved: Pick<ChatResponse, 'passages' | 'query'> = { passages: [] };
  let answer = '';
  for await (const event of events) {
    if (event.type === 'chat.started') head = { chatId: event.chatId, traceId: event.traceId };
    else if (event.type === 'retrieval.completed') {
      const { passages, query } = event;
      retrieved = { passages, ...(query === undefined ? {} : { query }) };
    } else if (event.type === 'answer.delta') answer += event.text;
    else if (event.type === 'answer.completed') {
      const { type, ...result } = event;
      return { ...head, answer, ...retrieved, ...result };
    }
  }
  throw new FreshetError('FRESHET_INTERNAL', { detail: 'The answer ended without its last event.' });
}
