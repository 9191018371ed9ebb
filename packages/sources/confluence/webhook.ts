import type { Notice, WebhookReceiver } from '../index.ts';
import { checkSignature, singleHeader } from '../signature.ts';
import { fieldOf, parseWebhookBody, readId } from '../webhook-body.ts';

/** Events of a page that change what the page is. */
const PAGE_EVENTS = new Set([
  'page_created',
  'page_updated',
  'avi:confluence:created:page',
  'avi:confluence:updated:page',
  'avi:confluence:initialized:page',
  'avi:confluence:started:page',
  'avi:confluence:snapshotted:page',
  'avi:confluence:published:page',
  'avi:confluence:copied:page',
]);

/** Events that also change who may see, or whether there are, the pages below it. */
const TREE_EVENTS = new Set([
  'page_moved',
  'page_trashed',
  'page_restored',
  'page_removed',
  'page_archived',
  'page_unarchived',
  'content_permissions_updated',
  'avi:confluence:moved:page',
  'avi:confluence:trashed:page',
  'avi:confluence:restored:page',
  'avi:confluence:deleted:page',
  'avi:confluence:archived:page',
  'avi:confluence:unarchived:page',
  'avi:confluence:permissions_updated:page',
]);

/** Where a label or another part of a page changes, the page is named in the same place. */
const LABEL_EVENTS = new Set([
  'label_added',
  'label_removed',
  'avi:confluence:added:label',
  'avi:confluence:removed:label',
]);

/**
 * Webhooks of Confluence: those of Data Center, and those that a Forge app forwards from the cloud, each signed with
 * `X-Hub-Signature: sha256=` and the HMAC-SHA256 of the body in hex. Source: Confluence Data Center developer
 * documentation, "Webhooks"; "Managing Webhooks", securing the webhook; Forge, "Confluence events". No time is signed, so
 * that a webhook can be sent again: it then makes the present state be read, which changes nothing.
 */
export function createConfluenceReceiver({
  name,
  webhookSecret,
}: {
  name: string;
  webhookSecret: string;
}): WebhookReceiver {
  return {
    name,
    receive(request) {
      const signature = singleHeader(request, 'x-hub-signature')?.replace(/^sha256=/, '');
      checkSignature(signature, { secret: webhookSecret, parts: [request.rawBody], encoding: 'hex' });
      const body = parseWebhookBody(request.rawBody);
      const event = fieldOf(body, 'event') ?? fieldOf(body, 'eventType');
      if (typeof event !== 'string') return [];
      if (PAGE_EVENTS.has(event)) return [{ kind: 'page', id: pageId(body) }];
      if (TREE_EVENTS.has(event)) return treeNotices(pageId(body));
      // Labels of attachments and blog posts come too.
      if (LABEL_EVENTS.has(event) && hasPage(body)) return [{ kind: 'page', id: pageId(body) }];
      return [];
    },
  };
}

/** The page, and then the pages below it. */
function treeNotices(id: string): Notice[] {
  return [
    { kind: 'page', id },
    { kind: 'descendants', id },
  ];
}

/** Data Center names it `page`, a change of permissions and Forge `content`, a label in the cloud `labeled`. */
function pageOf(body: Record<string, unknown>): unknown {
  return fieldOf(body, 'page') ?? fieldOf(body, 'content') ?? fieldOf(body, 'labeled');
}

function pageId(body: Record<string, unknown>): string {
  return readId(fieldOf(pageOf(body), 'id'), 'page.id');
}

function hasPage(body: Record<string, unknown>): boolean {
  const page = pageOf(body);
  const type = fieldOf(page, 'type') ?? fieldOf(page, 'contentType');
  return page !== undefined && (type === undefined || type === 'page');
}
