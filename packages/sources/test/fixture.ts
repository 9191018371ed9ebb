import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  CONFLUENCE_TOKEN,
  CONFLUENCE_USER,
  type FakeConfluence,
  startFakeConfluence,
} from '@freshet/testkit/fake-confluence';
import {
  type FakeZendesk,
  startFakeZendesk,
  ZENDESK_TOKEN,
  ZENDESK_USER,
} from '@freshet/testkit/fake-zendesk';
import type { BackfillPage, SourceChange, SourceReader, WebhookReceiver } from '../index.ts';
import { type OpenReadersOptions, openReaders, openReceivers } from '../open.ts';

export const { signal } = new AbortController();

export interface Opened<Fake> {
  fake: Fake;
  reader: SourceReader;
  receiver: WebhookReceiver;
}

/** A file of connectors, for as long as the test runs. */
export async function writeConnectors(t: TestContext, connectors: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-connectors-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'connectors.json');
  await writeFile(file, typeof connectors === 'string' ? connectors : JSON.stringify(connectors));
  return file;
}

export async function openConfluence(
  t: TestContext,
  settings: Record<string, unknown> = {},
  options: OpenReadersOptions & { now?: () => number } = {},
): Promise<Opened<FakeConfluence>> {
  const isCloud = settings['edition'] !== 'data-center';
  const fake = await startFakeConfluence({ edition: isCloud ? 'cloud' : 'data-center' });
  t.after(() => fake.close());
  const credentials = { ...(isCloud ? { username: CONFLUENCE_USER } : {}), token: { env: 'TOKEN' } };
  const connector = { type: 'confluence', credentials, baseUrl: fake.url, ...settings };
  const env = { TOKEN: CONFLUENCE_TOKEN, SECRET: fake.webhookSecret };
  return { fake, ...(await open(t, connector, { env, ...options })) };
}

export async function openZendesk(
  t: TestContext,
  settings: Record<string, unknown> = {},
  options: OpenReadersOptions & { now?: () => number } = {},
): Promise<Opened<FakeZendesk>> {
  const fake = await startFakeZendesk();
  t.after(() => fake.close());
  const credentials = { username: ZENDESK_USER, token: { env: 'TOKEN' } };
  const connector = { type: 'zendesk', credentials, baseUrl: fake.url, ...settings };
  const env = { TOKEN: ZENDESK_TOKEN, SECRET: fake.webhookSecret };
  return { fake, ...(await open(t, connector, { env, ...options })) };
}

async function open(
  t: TestContext,
  connector: Record<string, unknown>,
  options: OpenReadersOptions & { now?: () => number },
) {
  const shared = { name: 'one', tenant: 'default', source: 'wiki', webhookSecret: { env: 'SECRET' } };
  const file = await writeConnectors(t, [{ ...shared, ...connector }]);
  const [reader] = (await openReaders(file, { pause: async () => {}, ...options })).values();
  const [receiver] = (await openReceivers(file, options)).values();
  if (!reader || !receiver) throw new Error('the file names a connector');
  t.after(() => reader.close());
  return { reader, receiver };
}

/** One change of one object. */
export async function readOne(reader: SourceReader, kind: string, id: string): Promise<SourceChange> {
  const { changes } = await reader.read({ kind, id }, signal);
  if (changes.length !== 1 || !changes[0]) throw new Error(`${changes.length} changes`);
  return changes[0];
}

/** What is upserted, or an error that shows what came instead. */
export function upserted(change: SourceChange | undefined) {
  if (change?.type !== 'upserted') throw new Error(`no upsert: ${JSON.stringify(change)}`);
  return change.document;
}

export async function collect(pages: AsyncGenerator<BackfillPage>, most = Number.POSITIVE_INFINITY) {
  const collected: BackfillPage[] = [];
  for await (const page of pages) {
    collected.push(page);
    if (collected.length === most) break;
  }
  return collected;
}
