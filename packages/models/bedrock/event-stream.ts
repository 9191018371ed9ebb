import type { Readable } from 'node:stream';
import type { BedrockRuntimeClientConfig, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { EventStreamCodec, EventStreamMarshaller, getMessageUnmarshaller } from '@smithy/core/event-streams';

type EventStreamSerdeProvider = NonNullable<BedrockRuntimeClientConfig['eventStreamSerdeProvider']>;
type Message = ReturnType<EventStreamCodec['decode']>;
type Deserializer<Event> = (message: Record<string, Message>) => Promise<Event>;

const toUtf8 = (input: Uint8Array | string) =>
  typeof input === 'string'
    ? input
    : Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString();
const codec = new EventStreamCodec(toUtf8, (text) => Buffer.from(text));

/** The length of a message, in the first bytes of it. */
const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/**
 * Reads streams of Bedrock in fewer steps than the SDK's own marshaller, for which it stands in: a model writes a
 * token a message, and the SDK takes each of them through its schema and five generators alone. Here text that is
 * there when the next event is asked for, because the reader took its time, is one event.
 *
 * Format: https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export const eventStreamSerdeProvider: EventStreamSerdeProvider = (config) => ({
  serialize: (input, serializer) => new EventStreamMarshaller(config).serialize(input, serializer),
  deserialize: <Event>(body: Readable, deserializer: Deserializer<Event>) => {
    // Text is the one event that is made here, of the shape that the schema has for it.
    const unmarshal = getMessageUnmarshaller(deserializer as Deserializer<object>, toUtf8);
    return readEvents(body, unmarshal) as AsyncIterable<Event>;
  },
});

async function* readEvents(
  body: Readable,
  unmarshal: (message: Message) => Promise<object | undefined>,
): AsyncGenerator<object> {
  let text = '';
  for await (const frames of readFrames(body)) {
    for (const frame of frames) {
      const message = decode(frame);
      const written = message instanceof Error ? undefined : textOf(message);
      if (written !== undefined) {
        text += written;
        continue;
      }
      // What came before a failure is passed on before it.
      if (text !== '') yield toEvent(text);
      text = '';
      if (message instanceof Error) throw message;
      const event = await unmarshal(message);
      if (event) yield event;
    }
    if (text !== '') yield toEvent(text);
    text = '';
  }
}

function decode(frame: Uint8Array): Message | Error {
  try {
    return codec.decode(frame);
  } catch (error) {
    return error as Error;
  }
}

function textOf({ headers, body }: Message): string | undefined {
  if (headers[':event-type']?.value !== 'contentBlockDelta') return undefined;
  const { delta } = JSON.parse(toUtf8(body)) as NonNullable<ConverseStreamOutput['contentBlockDelta']>;
  return typeof delta?.text === 'string' ? delta.text : undefined;
}

function toEvent(text: string): ConverseStreamOutput {
  return { contentBlockDelta: { contentBlockIndex: 0, delta: { text } } };
}

/** The whole frames of each piece of the stream that has any. */
async function* readFrames(body: Readable): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array = NOTHING;
  for await (const piece of body as AsyncIterable<Buffer>) {
    // Since Node 26 a stream gives one buffer at a time, however many wait.
    const waiting = body.readableLength > 0 ? (body.read(body.readableLength) as Buffer | null) : null;
    const bytes = waiting || rest.length > 0 ? Buffer.concat([rest, piece, waiting ?? NOTHING]) : piece;
    const frames: Uint8Array[] = [];
    let start = 0;
    while (bytes.length - start >= LENGTH_BYTES) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0);
      if (bytes.length - start < length) break;
      // One that says it is shorter than any frame can be fails at its decoding.
      frames.push(bytes.subarray(start, start + length));
      start += Math.max(length, LENGTH_BYTES);
    }
    rest = bytes.subarray(start);
    if (frames.length > 0) yield frames;
  }
  if (rest.length > 0) throw new Error('The event stream ended in the middle of a message.');
}
