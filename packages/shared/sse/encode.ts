export interface ServerSentEvent {
  id?: string;
  event?: string;
  data: string;
  /** Reconnection time in milliseconds. */
  retry?: number;
}

const LINE_END = /\r\n|\r|\n/;

/**
 * One event in the wire format of the WHATWG HTML standard, section 9.2. Line ends in `data` (CR, LF or CRLF)
 * become further `data:` lines, so the reader sees each of them as LF; in `id` and `event` they cannot be
 * carried and are refused.
 * @throws {TypeError} for a line end in `id` or `event`, or NUL in `id`, which readers ignore.
 */
export function encodeEvent({ id, event, data, retry }: ServerSentEvent): string {
  let frame = '';
  if (id !== undefined) {
    if (/[\r\n\0]/.test(id)) throw new TypeError('an SSE id holds no line end and no NUL');
    frame += `id: ${id}\n`;
  }
  if (event !== undefined) {
    if (LINE_END.test(event)) throw new TypeError('an SSE event name holds no line end');
    frame += `event: ${event}\n`;
  }
  if (retry !== undefined) frame += `retry: ${retry}\n`;
  for (const line of data.split(LINE_END)) frame += `data: ${line}\n`;
  return `${frame}\n`;
}

/** A comment: readers ignore it, proxies see that the connection lives. */
export function encodeComment(text = ''): string {
  return `${text
    .split(LINE_END)
    .map((line) => `: ${line}\n`)
    .join('')}\n`;
}
