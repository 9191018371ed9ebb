import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** Larger than any event that a Freshet service sends. */
const MAX_EVENT_CHARACTERS = 8 * 1024 * 1024;

/**
 * Events out of a byte stream, however it was cut; a UTF-8 sequence or a line end may be split between chunks.
 * An event that the stream ends in the middle of is not delivered, as the WHATWG HTML standard demands.
 * @throws {Error} when one event grows beyond 8 Mi characters.
 */
export async function* decodeEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  let ready: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (event) => ready.push(event),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
    maxBufferSize: MAX_EVENT_CHARACTERS,
  });
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (ready.length === 0) continue;
    const events = ready;
    ready = [];
    yield* events;
  }
}
