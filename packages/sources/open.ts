import type { Principal } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import type { NextVersion } from '@freshet/shared/version-clock';
import {
  type ConfluenceSettings,
  type ConnectorSettings,
  readConnectors,
  readSecret,
  type S3Settings,
  type ZendeskSettings,
} from './config.ts';
import { createCloudApi } from './confluence/cloud-api.ts';
import { createDataCenterApi } from './confluence/data-center-api.ts';
import { createConfluenceReader } from './confluence/reader.ts';
import { createConfluenceReceiver } from './confluence/webhook.ts';
import { createSourceHttp, type Pause } from './http.ts';
import type { ListHeld, SourceReader, WebhookReceiver } from './index.ts';
import { createZendeskApi } from './zendesk/api.ts';
import { createZendeskReader } from './zendesk/reader.ts';
import { createZendeskReceiver } from './zendesk/webhook.ts';

export interface OpenReadersOptions {
  env?: NodeJS.ProcessEnv;
  /** Opens this one alone. */
  only?: string;
  /** Told before a rate limit is waited out, with the milliseconds. */
  onThrottled?: (connector: string, waitMs: number) => void;
  /** A server that speaks S3, in place of AWS. */
  s3Endpoint?: string | undefined;
  /** What the index holds; without it, records that an object in S3 lost stay. */
  held?: ListHeld;
  /** Entries that one request to a list asks for. */
  pageSize?: number;
  pause?: Pause;
  nextVersion?: NextVersion;
}

const PAGE_SIZE = 100;

/**
 * The receivers of all connectors that have a webhook, by name. No credentials are read.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function openReceivers(
  file: string,
  { env, now }: { env?: NodeJS.ProcessEnv; now?: () => number } = {},
): Promise<Map<string, WebhookReceiver>> {
  const receivers = new Map<string, WebhookReceiver>();
  for (const settings of await readConnectors(file)) {
    // A bucket calls nobody: it writes into a queue or a topic.
    if (settings.type === 's3' || settings.webhookSecret === undefined) continue;
    const { name, type, webhookSecret: secret } = settings;
    const webhookSecret = await readSecret(secret, `${name}/webhookSecret`, env);
    receivers.set(
      name,
      type === 'confluence'
        ? createConfluenceReceiver({ name, webhookSecret })
        : createZendeskReceiver({ name, webhookSecret, now }),
    );
  }
  return receivers;
}

/**
 * The readers of all connectors, by name. No secrets of webhooks are read.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, `FRESHET_CONNECTOR_UNKNOWN`.
 */
export async function openReaders(
  file: string,
  options: OpenReadersOptions = {},
): Promise<Map<string, SourceReader>> {
  const connectors = await readConnectors(file);
  return openAll(file, connectors, options);
}

/**
 * The readers of connectors that were read already.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, `FRESHET_CONNECTOR_UNKNOWN`.
 */
export async function openAll(
  file: string,
  connectors: readonly ConnectorSettings[],
  options: OpenReadersOptions = {},
): Promise<Map<string, SourceReader>> {
  const wanted = connectors.filter(({ name }) => options.only === undefined || name === options.only);
  if (options.only !== undefined && wanted.length === 0) {
    const names = connectors.map(({ name }) => name).join(', ');
    throw new FreshetError('FRESHET_CONNECTOR_UNKNOWN', {
      detail: `${file} has no connector ${options.only}; it has: ${names}.`,
    });
  }
  const readers = new Map<string, SourceReader>();
  for (const settings of wanted) readers.set(settings.name, await openReader(settings, options));
  return readers;
}

async function openReader(settings: ConnectorSettings, options: OpenReadersOptions): Promise<SourceReader> {
  if (settings.type === 's3') return openS3(settings, options);
  const { name, baseUrl, credentials, type } = settings;
  const token = await readSecret(credentials.token, `${name}/credentials/token`, options.env);
  const http = createSourceHttp({
    name,
    baseUrl,
    authorization: toAuthorization(type, credentials.username, token),
    onThrottled: (waitMs) => options.onThrottled?.(name, waitMs),
    pause: options.pause,
  });
  return type === 'confluence'
    ? openConfluence(settings, http, options)
    : openZendesk(settings, http, options);
}

/** With a user the token is a password; without one it is a bearer token. Zendesk marks tokens that are passwords. */
function toAuthorization(
  type: Exclude<ConnectorSettings['type'], 's3'>,
  username: string | undefined,
  token: string,
): string {
  if (username === undefined) return `Bearer ${token}`;
  const user = type === 'zendesk' ? `${username}/token` : username;
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}

function openConfluence(
  { name, tenant, source, edition = 'cloud', acl = { allow: [] }, users = 'id', spaces }: ConfluenceSettings,
  http: ReturnType<typeof createSourceHttp>,
  { pageSize = PAGE_SIZE, nextVersion }: OpenReadersOptions,
): SourceReader {
  const createApi = edition === 'cloud' ? createCloudApi : createDataCenterApi;
  const api = createApi(http, { spaces, pageSize });
  return createConfluenceReader({ name, tenant, source, api, http, acl, users, spaces, nextVersion });
}

/** Loaded here: whoever has no bucket needs no client of S3. */
async function openS3(
  { name, tenant, source, bucket, prefix = '', acl }: S3Settings,
  { pageSize = PAGE_SIZE, nextVersion, s3Endpoint, held = async function* () {} }: OpenReadersOptions,
): Promise<SourceReader> {
  const [{ createS3Client }, { createS3Reader }] = await Promise.all([
    import('./s3/client.ts'),
    import('./s3/reader.ts'),
  ]);
  const client = createS3Client(s3Endpoint);
  return createS3Reader({ name, tenant, source, bucket, prefix, acl, client, pageSize, held, nextVersion });
}

function openZendesk(
  { name, tenant, source, baseUrl, tickets, articles }: ZendeskSettings,
  http: ReturnType<typeof createSourceHttp>,
  { pageSize = PAGE_SIZE, nextVersion }: OpenReadersOptions,
): SourceReader {
  const nobody: Principal[] = [];
  return createZendeskReader({
    name,
    tenant,
    source,
    http,
    api: createZendeskApi(http, { pageSize }),
    nextVersion,
    tickets: tickets && {
      allow: tickets.allow ?? nobody,
      agents: tickets.agents,
      requester: tickets.requester ?? false,
      organization: tickets.organization ?? false,
      brands: tickets.brands,
      baseUrl,
    },
    articles: articles && {
      acl: articles.acl ?? { allow: nobody },
      userSegments: articles.userSegments ?? {},
    },
  });
}
