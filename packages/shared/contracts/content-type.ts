import { Type } from 'typebox';
import { MEDIA_TYPES } from './media-type.ts';

const escaped = MEDIA_TYPES.map((type) => type.replace(/[.+]/g, '\\$&')).join('|');
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

/** A media type with its parameters, as HTTP's Content-Type has it (RFC 9110, 8.3). */
export const ContentType = Type.String({
  maxLength: 255,
  pattern: `^(${escaped})([ \\t]*;[ \\t]*${TOKEN}=(${TOKEN}|"[^"\\\\]*"))*$`,
  description:
    'How `content` is written. `charset` counts for content in base64; other parameters are not looked at.',
});
