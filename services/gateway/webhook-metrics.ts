import { Counter, type Registry } from '@freshet/shared/metrics';
import type { Notice } from '@freshet/sources';

export interface WebhookMetrics {
  /** Counts a webhook by what came of it. */
  count(connector: string, receive: () => Notice[]): Notice[];
}

/** The connectors are those of the configuration: what others call does not become a label. */
export function createWebhookMetrics(
  registry: Registry,
  { connectors }: { connectors: Iterable<string> },
): WebhookMetrics {
  const webhooks = new Counter({
    name: 'freshet_connector_webhooks_total',
    help: 'Webhooks by what came of them: accepted, ignored (no document is concerned) or refused.',
    labelNames: ['connector', 'outcome'],
    registers: [registry],
  });
  for (const connector of connectors) {
    for (const outcome of ['accepted', 'ignored', 'refused']) webhooks.inc({ connector, outcome }, 0);
  }
  return {
    count(connector, receive) {
      let outcome = 'refused';
      try {
        const notices = receive();
        outcome = notices.length > 0 ? 'accepted' : 'ignored';
        return notices;
      } finally {
        webhooks.inc({ connector, outcome });
      }
    },
  };
}
