import { isNestedDeeper } from '@freshet/shared/http/json-body';

/** Far deeper than a document. */
const MAX_DEPTH = 32;
const LINE_FEED = 0x0a;

/** A line that holds no value, in the place of the value. */
export class MalformedLine {
  readonly detail: string;
  constructor(detail: string) {
    this.detail = detail;
  }
}

/**
 * The values of newline-delimited JSON, in order. Empty lines count as none; a line that is no JSON in UTF-8 becomes a
 * {@link MalformedLine}, so that it holds up no other.
 */
export function parseNdjson(body: Buffer): unknown[] {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const values: unknown[] = [];
  let number = 0;
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(LINE_FEED, start);
    const line = body.subarray(start, end === -1 ? body.length : end);
    start = end === -1 ? body.length : end + 1;
    number += 1;
    if (isNestedDeeper(line, MAX_DEPTH)) {
      values.push(new MalformedLine(`Line ${number} is nested more than ${MAX_DEPTH} deep.`));
      continue;
    }
    try {
      const text = utf8.decode(line);
      if (text.trim() !== '') values.push(JSON.parse(text));
    } catch {
      values.push(new MalformedLine(`Line ${number} is not JSON in UTF-8.`));
    }
  }
  return values;
}
