import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** sha256 of a file, in hexadecimal. About 25 ms for the 34 MB of the embedding model. */
export async function sha256OfFile(
  path: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
