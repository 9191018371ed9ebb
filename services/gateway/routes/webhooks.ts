import type { EventLog } from '@freshet/event-log';
import { NOTICES_TOPIC } from '@freshet/shared/document-events';
import { FreshetError } from '@freshet/shared/errors';
import type { ServiceApp } from '@freshet/shared/service/app';
import { formatTraceparent } from '@freshet/shared/trace';
import type { WebhookReceiver } from '@freshet/sources';
import { encodeNotice } from '@freshet/sources/notices';
import { Type } from 'typebox';
import { problemResponses } from '../problem-responses.ts';
import type { WebhookMetrics } from '../webhook-metrics.ts';

export interface WebhookRoutesOptions {
  log: EventLog;
  /** By the name of their connector. */
  receivers: ReadonlyMap<string, WebhookReceiver>;
  metrics: WebhookMetrics;
}

/** An event of a ticket carries its description; what is read of it is an id. */
const BODY_LIMIT = 256 * 1024;

const WebhookResponse = Type.Object({ notices: Type.Integer({ minimum: 0 }) }, { title: 'WebhookResponse' });

/**
 * Takes webhooks: checks who signed them, and notes in the log what has to be read. Nothing is asked of the source
 * here, so that an answer is as fast as the log, whatever state the source is in.
 */
export async function webhookRoutes(app: ServiceApp, { log, receivers, metrics }: WebhookRoutesOptions) {
  // The bytes that were signed, whatever they say they are. Holds for the routes of this plugin alone.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/v1/webhooks/:connector',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ['documents'],
        summary: 'Take a webhook of a connector',
        description:
          'Takes no API key: the signature of the source says who sends it. What changed is read from the source afterwards; `notices` says how many objects that concerns.',
        security: [],
        params: Type.Object({ connector: Type.String() }),
        response: { 202: WebhookResponse, ...problemResponses(400, 401, 404, 413, 503) },
      },
    },
    async (request, reply) => {
      const { connector } = request.params;
      const receiver = receivers.get(connector);
      if (!receiver) throw new FreshetError('FRESHET_CONNECTOR_UNKNOWN');
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const notices = metrics.count(connector, () => receiver.receive({ headers: request.headers, rawBody }));
      if (notices.length > 0) {
        const headers = { traceparent: formatTraceparent(request.trace) };
        const records = notices.map((notice) => encodeNotice({ connector, ...notice }, headers));
        await log.append(NOTICES_TOPIC, records);
      }
      reply.code(202);
      return { notices: notices.length };
    },
  );
}
