import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { FreshetError } from '../errors.ts';

/** Far deeper than any contract; stops bodies that would exhaust a recursive validator's stack. */
const MAX_DEPTH = 32;

/** Whether the brackets of a JSON text nest deeper than `limit`; looks at bytes, since all of JSON's marks are ASCII. */
export function isNestedDeeper(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (isInString) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) isInString = false;
    } else if (byte === 0x22) isInString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

/**
 * Parses JSON bodies strictly: invalid UTF-8 is refused instead of turned into replacement characters, nesting
 * is bounded, and keys that could poison a prototype are refused.
 */
export const jsonBody = fp(
  async (app: FastifyInstance) => {
    const parse = app.getDefaultJsonParser('error', 'error');
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      const bytes = body as Buffer;
      const refuse = (detail: string) => done(new FreshetError('FRESHET_BODY_MALFORMED', { detail }));
      if (bytes.length === 0) return refuse('The body is empty; send one JSON value.');
      if (isNestedDeeper(bytes, MAX_DEPTH)) return refuse(`The JSON is nested more than ${MAX_DEPTH} deep.`);
      let text: string;
      try {
        text = utf8.decode(bytes);
      } catch {
        return refuse('The body is not valid UTF-8.');
      }
      parse(request, text, (error, value) => {
        // Without the parser's reason: it may quote the body, and what is refused is logged.
        if (error) refuse('The body is not JSON, or has a key such as `__proto__`.');
        else done(null, value);
      });
    });
  },
  { name: 'json-body' },
);
