import { FreshetError } from '@freshet/shared/errors';
import type { WebhookReceiver } from '../index.ts';
import { checkSignature, singleHeader } from '../signature.ts';
import { fieldOf, parseWebhookBody, readId } from '../webhook-body.ts';

/** How far the signed time may be from ours: a webhook that is older, or from the future, may be a replay. */
const TOLERANCE_MS = 5 * 60_000;
const EVENT = /^zen:event-type:(ticket|article)\.(\w+)$/;
/** Events of an article that leave the article as it was. */
const BESIDE_THE_ARTICLE = /^(subscription|vote|comment)_/;

/**
 * Webhooks of Zendesk: events of tickets and articles, and the bodies of triggers, `{"ticket_id": "{{ticket.id}}"}`.
 * `X-Zendesk-Webhook-Signature` is the HMAC-SHA256 of the timestamp's text and the body, in base64. Source: Zendesk
 * developer documentation, "Verifying webhooks"; "Webhook event types", event schema, ticket events, article events.
 */
export function createZendeskReceiver({
  name,
  webhookSecret,
  now = Date.now,
}: {
  name: string;
  webhookSecret: string;
  now?: (() => number) | undefined;
}): WebhookReceiver {
  return {
    name,
    receive(request) {
      const timestamp = singleHeader(request, 'x-zendesk-webhook-signature-timestamp') ?? '';
      const signature = singleHeader(request, 'x-zendesk-webhook-signature');
      const parts = [timestamp, request.rawBody];
      checkSignature(signature, { secret: webhookSecret, parts, encoding: 'base64' });
      const ageMs = Math.abs(now() - Date.parse(timestamp));
      if (!(ageMs <= TOLERANCE_MS)) {
        throw new FreshetError('FRESHET_SIGNATURE_INVALID', {
          detail: 'The signed time is more than five minutes from ours: a replay, or a clock that is wrong.',
        });
      }
      const body = parseWebhookBody(request.rawBody);
      const ticket = fieldOf(body, 'ticket_id');
      if (ticket !== undefined) return [{ kind: 'ticket', id: readId(ticket, 'ticket_id') }];
      const type = fieldOf(body, 'type');
      const [, kind, event = ''] = EVENT.exec(typeof type === 'string' ? type : '') ?? [];
      if (kind === undefined || (kind === 'article' && BESIDE_THE_ARTICLE.test(event))) return [];
      return [{ kind, id: readId(fieldOf(fieldOf(body, 'detail'), 'id'), 'detail.id') }];
    },
  };
}
