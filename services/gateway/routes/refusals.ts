import type { EventLog } from '@freshet/event-log';
import { RefusalsQuery, RefusalsResponse } from '@freshet/shared/contracts';
import { readRefusals } from '@freshet/shared/dead-letters';
import { DEAD_LETTER_TOPIC } from '@freshet/shared/document-events';
import { FreshetError, hasCode } from '@freshet/shared/errors';
import type { ServiceApp } from '@freshet/shared/service/app';
import { problemResponses } from '../problem-responses.ts';

/** Says why documents that were taken are not searchable: the ingestor, which reads them, refused them. */
export async function refusalsRoute(app: ServiceApp, { log }: { log: EventLog }) {
  app.get(
    '/v1/refusals',
    {
      schema: {
        tags: ['documents'],
        summary: 'List what the ingestor refused of a source',
        description:
          'The last refusal of each document, out of the dead letters, the newest 10,000. For those who may write. A document that was sent again since, and taken, is listed too: compare versions.',
        querystring: RefusalsQuery,
        response: { 200: RefusalsResponse, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async ({ caller, query: { source } }) => {
      if (!caller.canWrite) throw new FreshetError('FRESHET_FORBIDDEN');
      try {
        const refusals = await readRefusals(log.read(DEAD_LETTER_TOPIC), {
          tenant: caller.access.tenant,
          source,
        });
        return { refusals };
      } catch (error) {
        // It is made with the first dead letter.
        if (hasCode(error, 'FRESHET_TOPIC_UNKNOWN')) return { refusals: [] };
        throw error;
      }
    },
  );
}
