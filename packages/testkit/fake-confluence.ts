import { createHmac } from 'node:crypto';
import Fastify from 'fastify';
import { cloudRoutes } from './fake-confluence/cloud.ts';
import { dataCenterRoutes } from './fake-confluence/data-center.ts';
import { createWiki, type Wiki } from './fake-confluence/wiki.ts';
import { basic, type FakeGate, installGate } from './fake-sources/gate.ts';

export interface FakeConfluence {
  readonly url: string;
  readonly gate: FakeGate;
  /** The content; edit it as you like. */
  readonly wiki: Wiki;
  readonly webhookSecret: string;
  /** What a webhook has: `page` and its event, signed. */
  webhook(event: string, pageId: string): { headers: Record<string, string>; body: string };
  close(): Promise<void>;
}

export const CONFLUENCE_USER = 'freshet@example.com';
export const CONFLUENCE_TOKEN = 'confluence-token';

/**
 * A fake Confluence with the REST API of an edition: the requests of the connector, paged as the real one pages them.
 * Written from the public documentation of Confluence Cloud REST API v2 and v1, and of Data Center 9.
 */
export async function startFakeConfluence({
  edition = 'cloud',
}: {
  edition?: 'cloud' | 'data-center';
} = {}): Promise<FakeConfluence> {
  const app = Fastify({ forceCloseConnections: true });
  const isCloud = edition === 'cloud';
  const gate = installGate(
    app,
    isCloud ? basic(CONFLUENCE_USER, CONFLUENCE_TOKEN) : `Bearer ${CONFLUENCE_TOKEN}`,
  );
  const wiki = createWiki();
  await app.register(isCloud ? cloudRoutes : dataCenterRoutes, { wiki });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const webhookSecret = 'confluence-webhook-secret';
  return {
    url,
    gate,
    wiki,
    webhookSecret,
    webhook(event, pageId) {
      const body = JSON.stringify({
        timestamp: 1_700_000_000_000,
        event,
        userKey: '8a7f80816b2d',
        page: { id: Number(pageId), spaceKey: wiki.pages.get(pageId)?.space ?? 'GONE' },
      });
      return {
        body,
        headers: {
          'x-hub-signature': `sha256=${sign(webhookSecret, body)}`,
          'content-type': 'application/json',
        },
      };
    },
    close: () => app.close(),
  };
}

function sign(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}
