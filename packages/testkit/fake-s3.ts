import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeS3 {
  url: string;
  /** Puts an object; its ETag is the MD5 of its bytes, as that of an upload in one part. */
  put(bucket: string, key: string, body: string | Uint8Array, lastModified?: Date): void;
  remove(bucket: string, key: string): void;
  /** The text of an object; `undefined` for one that is not there. */
  text(bucket: string, key: string): string | undefined;
  etag(bucket: string, key: string): string | undefined;
  /** Method and path of each request, oldest first. */
  requests: string[];
  /** The next requests fail with this status. */
  failNext(count: number, status: number): void;
  close(): Promise<void>;
}

interface StoredObject {
  body: Buffer;
  etag: string;
  lastModified: Date;
}

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[\w-]+\/s3\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;

/**
 * The part of S3 that Freshet uses, by path: ListObjectsV2 with its pages, GetObject and HeadObject. Requests must
 * bring a signature of Version 4, which is not computed: the fake knows no secret.
 */
export async function startFakeS3({ pageSize = 1000 } = {}): Promise<FakeS3> {
  const buckets = new Map<string, Map<string, StoredObject>>();
  const requests: string[] = [];
  const faults: number[] = [];

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faults.shift();
    if (fault !== undefined) return fail(response, fault, 'ServiceUnavailable');
    if (!SIGNED.test(request.headers.authorization ?? '')) return fail(response, 403, 'AccessDenied');
    const url = new URL(request.url ?? '/', 'http://fake');
    const [, bucket = '', ...segments] = url.pathname.split('/');
    const objects = buckets.get(bucket);
    if (!objects) return fail(response, 404, 'NoSuchBucket');
    if (url.searchParams.get('list-type') === '2') return list(response, objects, url.searchParams, pageSize);
    const object = objects.get(decodeURIComponent(segments.join('/')));
    return object ? send(request, response, object) : fail(response, 404, 'NoSuchKey');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put(bucket, key, body, lastModified = new Date()) {
      const bytes = Buffer.from(body);
      const objects = buckets.get(bucket) ?? new Map<string, StoredObject>();
      buckets.set(bucket, objects);
      objects.set(key, { body: bytes, etag: createHash('md5').update(bytes).digest('hex'), lastModified });
    },
    text: (bucket, key) => buckets.get(bucket)?.get(key)?.body.toString(),
    etag: (bucket, key) => buckets.get(bucket)?.get(key)?.etag,
    remove: (bucket, key) => void buckets.get(bucket)?.delete(key),
    failNext(count, status) {
      for (let i = 0; i < count; i += 1) faults.push(status);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send({ method }: IncomingMessage, response: ServerResponse, object: StoredObject): void {
  const { body, etag, lastModified } = object;
  response.writeHead(200, {
    'content-length': body.length,
    'content-type': 'binary/octet-stream',
    etag: `"${etag}"`,
    'last-modified': lastModified.toUTCString(),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function list(
  response: ServerResponse,
  objects: ReadonlyMap<string, StoredObject>,
  query: URLSearchParams,
  pageSize: number,
): void {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : escapeXml;
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? pageSize)));
  const isTruncated = page.length < keys.length;
  const entries = page.map((key) => {
    const { body, etag, lastModified } = objects.get(key) as StoredObject;
    return `<Contents><Key>${encode(key)}</Key><LastModified>${lastModified.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${body.length}</Size></Contents>`;
  });
  const next = isTruncated
    ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>`
    : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${entries.join('')}${next}</ListBucketResult>`,
  );
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
