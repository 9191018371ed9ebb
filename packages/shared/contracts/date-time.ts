import { Type } from 'typebox';

export const DateTime = Type.String({
  format: 'date-time',
  // RFC 3339 has leap seconds, JavaScript's dates have not.
  pattern: ':[0-5][0-9](\\.[0-9]+)?([Zz]|[+-][0-9:]+)$',
});
