import { EventStreamCodec } from '@smithy/core/event-streams';

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

const string = (value: string) => ({ type: 'string' as const, value });

/** One event of a response stream: prelude, headers, JSON payload, and both checksums. */
export function eventFrame(type: string, payload: object): Uint8Array {
  return codec.encode({
    headers: {
      ':event-type': string(type),
      ':content-type': string('application/json'),
      ':message-type': string('event'),
    },
    body: Buffer.from(JSON.stringify(payload)),
  });
}

/** A failure that the service models, in the middle of a stream. The stream ends with it. */
export function exceptionFrame(type: string, message: string): Uint8Array {
  return codec.encode({
    headers: {
      ':exception-type': string(type),
      ':content-type': string('application/json'),
      ':message-type': string('exception'),
    },
    body: Buffer.from(JSON.stringify({ message })),
  });
}

/** The same frame with one bit of its payload turned over, so that its checksum is wrong. */
export function corrupted(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  // The last byte before the four of the message's CRC.
  copy[copy.length - 5]! ^= 1;
  return copy;
}
