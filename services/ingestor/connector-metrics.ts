import { Counter, Gauge, type Registry } from '@freshet/shared/metrics';
import type { SourceChange } from '@freshet/sources';
import { readForScrape } from './lag.ts';

export interface ConnectorMetrics {
  changes: Counter<'connector' | 'outcome'>;
  throttled: Counter<'connector'>;
  failures: Counter;
  /** By the address of a queue or the name of a topic. */
  messages: Counter<'origin' | 'outcome'>;
  queueFailures: Counter<'origin'>;
}

const OUTCOMES: readonly SourceChange['type'][] = ['upserted', 'deleted', 'refused'];

const MESSAGE_OUTCOMES = ['noticed', 'ignored', 'unreadable'];

/** Connectors and origins are those of the configuration; `readLag` is asked at each scrape. */
export function createConnectorMetrics(
  registry: Registry,
  {
    connectors,
    origins = [],
    readLag,
  }: { connectors: Iterable<string>; origins?: Iterable<string>; readLag: () => Promise<number> },
): ConnectorMetrics {
  const registers = [registry];
  const changes = new Counter({
    name: 'freshet_connector_changes_total',
    help: 'Documents that were read from their source because of a notice: upserted, deleted or refused.',
    labelNames: ['connector', 'outcome'],
    registers,
  });
  const throttled = new Counter({
    name: 'freshet_connector_throttled_seconds_total',
    help: 'Seconds that the rate limit of a source asked to wait.',
    labelNames: ['connector'],
    registers,
  });
  for (const connector of connectors) {
    throttled.inc({ connector }, 0);
    for (const outcome of OUTCOMES) changes.inc({ connector, outcome }, 0);
  }
  const messages = new Counter({
    name: 'freshet_connector_messages_total',
    help: 'Messages of S3 in queues and topics: noticed, since they tell of an object that is read; ignored; or unreadable.',
    labelNames: ['origin', 'outcome'],
    registers,
  });
  const queueFailures = new Counter({
    name: 'freshet_connector_queue_failures_total',
    help: 'Attempts to read a queue or a topic with messages of S3 that failed, and are made again.',
    labelNames: ['origin'],
    registers,
  });
  for (const origin of new Set(origins)) {
    queueFailures.inc({ origin }, 0);
    for (const outcome of MESSAGE_OUTCOMES) messages.inc({ origin, outcome }, 0);
  }
  const lag = new Gauge({
    name: 'freshet_connector_lag',
    help: 'Notices of changed objects that are not read yet, as the whole group sees it. Absent while the log cannot say.',
    registers,
    async collect() {
      const behind = await readForScrape(readLag);
      if (behind === undefined) lag.remove();
      else lag.set(behind);
    },
  });
  return {
    changes,
    throttled,
    messages,
    queueFailures,
    failures: new Counter({
      name: 'freshet_connector_batch_failures_total',
      help: 'Batches of notices that failed, because a source does not answer or refuses, and will be tried again.',
      registers,
    }),
  };
}
