import { isAbsolute } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import type { Static, TObject } from 'typebox';
import type { contentConfig } from './config.ts';
import { type ContentReader, createContentReader, type OpenContent } from './content-reader.ts';
import { createFileContent } from './file-content.ts';
import { createHttpContent } from './http-content.ts';

/**
 * The content that the configuration allows to fetch, by scheme; a scheme of which it names nothing is refused.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function openContent(config: Static<TObject<typeof contentConfig>>): Promise<ContentReader> {
  const hosts = split(config.CONTENT_URL_HOSTS);
  const buckets = split(config.CONTENT_S3_BUCKETS);
  const roots = split(config.CONTENT_FILE_ROOTS);
  const relative = roots.find((root) => !isAbsolute(root));
  if (relative !== undefined) {
    const detail = `CONTENT_FILE_ROOTS: ${relative} is no absolute path.`;
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail });
  }
  const http = createHttpContent({ hosts, allowPrivate: config.CONTENT_URL_PRIVATE });
  const schemes = new Map<string, OpenContent>([
    ['http:', http.open],
    ['https:', http.open],
    ['file:', createFileContent({ roots })],
  ]);
  const s3 = buckets.length > 0 ? await openS3(buckets, config.S3_ENDPOINT) : undefined;
  if (s3) schemes.set('s3:', s3.open);
  return createContentReader({
    schemes,
    budgetBytes: config.CONTENT_IN_FLIGHT_MIB * 1024 * 1024,
    timeoutMs: config.CONTENT_TIMEOUT_MS,
    async close() {
      s3?.close();
      await http.close();
    },
  });
}

/** Loaded late: the SDK costs every start a fifth of a second, and few fetch from buckets. */
async function openS3(buckets: readonly string[], endpoint: string | undefined) {
  const [{ createS3Client }, { createS3Content }] = await Promise.all([
    import('@freshet/sources/s3/client'),
    import('./s3-content.ts'),
  ]);
  const client = createS3Client(endpoint);
  return { open: createS3Content({ buckets, client }), close: () => client.destroy() };
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
