import { FreshetError } from '@freshet/shared/errors';

/**
 * Whether the Accept header asks for JSON rather than for a stream (RFC 9110, section 12.5.1): the greater quality
 * wins, and a stream where both are equal.
 * @throws {FreshetError} `FRESHET_NOT_ACCEPTABLE` when neither will do.
 */
export function prefersJson(accept = '*/*'): boolean {
  const qualities = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    qualities.set(type, quality === undefined ? 1 : Number(quality) || 0);
  }
  const qualityOf = (type: string) =>
    qualities.get(type) ?? qualities.get(`${type.split('/', 1)[0]}/*`) ?? qualities.get('*/*') ?? 0;
  const json = qualityOf('application/json');
  const stream = qualityOf('text/event-stream');
  if (json === 0 && stream === 0) throw new FreshetError('FRESHET_NOT_ACCEPTABLE');
  return json > stream;
}
