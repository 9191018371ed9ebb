import { type ErrorCode, FreshetError } from '@freshet/shared/errors';
import { isNestedDeeper } from '@freshet/shared/http/json-body';
import { createValidator } from '@freshet/shared/validation';
import { ChatRecord } from './chat-record.ts';

/** A hundred passages, and far more than they have. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
const LINE_FEED = 0x0a;

export type ChatLine = { place: string } & (
  | { chat: ChatRecord }
  /** Why the line is left out. */
  | { code: ErrorCode; detail: string }
);

const record = createValidator(ChatRecord);

/** The chats of a stream of bytes, one a line, each with its place: the name and the number of the line. */
export async function* readChats(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<ChatLine> {
  let line = 0;
  for await (const content of readLines(bytes, name)) {
    line += 1;
    const place = `${name}:${line}`;
    if (content === undefined) {
      yield { place, code: 'FRESHET_BODY_TOO_LARGE', detail: `longer than ${MAX_LINE_BYTES} bytes` };
    } else {
      const read = readChat(content);
      if (read) yield { place, ...read };
    }
  }
}

function readChat(line: Buffer): { chat: ChatRecord } | { code: ErrorCode; detail: string } | undefined {
  const malformed = (detail: string) => ({ code: 'FRESHET_BODY_MALFORMED' as const, detail });
  if (isNestedDeeper(line, MAX_DEPTH)) return malformed(`nested more than ${MAX_DEPTH} deep`);
  let value: unknown;
  try {
    // One that begins a file marks its encoding, and is taken off.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(line);
    if (text.trim() === '') return undefined;
    value = JSON.parse(text);
  } catch {
    return malformed('not JSON in UTF-8');
  }
  if (record.check(value)) return { chat: value };
  const wrong = record.errors(value).map(({ path, detail }) => `${path} ${detail}`);
  return { code: 'FRESHET_CHAT_INVALID', detail: wrong.join('; ') };
}

/** The lines; `undefined` in the place of one that is too long, of which no more than that is kept. */
async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Buffer | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length <= MAX_LINE_BYTES) parts.push(part);
  };
  const take = () => {
    const line = length > MAX_LINE_BYTES ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  try {
    for await (const chunk of bytes) {
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
        add(chunk.subarray(start, end));
        yield take();
        start = end + 1;
      }
      add(chunk.subarray(start));
    }
  } catch (cause) {
    throw new FreshetError('FRESHET_REQUEST_INVALID', {
      detail: `${name}: ${(cause as Error).message}`,
      cause,
    });
  }
  if (length > 0) yield take();
}
