import { Counter, Gauge, type Registry } from '@freshet/shared/metrics';
import { readForScrape } from '../lag.ts';

const OUTCOMES = ['upserted', 'deleted', 'truncated', 'ignored', 'refused'];
/** The label of a change that is of no mapped table. */
export const OTHER_TABLES = 'other';

export interface CdcMetrics {
  events: Counter<'table' | 'outcome'>;
  withdrawn: Counter<'table'>;
  closed: Counter<'table'>;
  deadLetters: Counter<'code'>;
  batchFailures: Counter<'topic'>;
}

export interface CdcMetricsOptions {
  /** Those of the mapping. */
  tables: readonly string[];
  /** Asked at each scrape: records behind, by topic. */
  readLag: () => Promise<Map<string, number>>;
}

export function createCdcMetrics(registry: Registry, { tables, readLag }: CdcMetricsOptions): CdcMetrics {
  const registers = [registry];
  const lag = new Gauge({
    name: 'freshet_cdc_lag',
    help: 'Change records that are not yet document events, as the whole group sees it. Absent while the log cannot say.',
    labelNames: ['topic'],
    registers,
    async collect() {
      const behind = await readForScrape(readLag);
      lag.reset();
      for (const [topic, records] of behind ?? []) lag.set({ topic }, records);
    },
  });
  const events = new Counter({
    name: 'freshet_cdc_events_total',
    help: 'Change records by table and what became of them: upserted, deleted, truncated, ignored or refused. `other` are those of no mapped table.',
    labelNames: ['table', 'outcome'],
    registers,
  });
  // From zero on, so that the first of them is an increase, which an alert can see.
  for (const table of [...tables, OTHER_TABLES]) {
    for (const outcome of OUTCOMES) events.inc({ table, outcome }, 0);
  }
  return {
    events,
    withdrawn: new Counter({
      name: 'freshet_cdc_withdrawn_total',
      help: 'Documents that were deleted because a change of their row could not be applied.',
      labelNames: ['table'],
      registers,
    }),
    closed: new Counter({
      name: 'freshet_cdc_closed_total',
      help: 'Rows whose acl column holds no acl, so that nobody sees their document.',
      labelNames: ['table'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'freshet_cdc_dead_letters_total',
      help: 'Change records that can never be applied and went to the dead letters, by error code.',
      labelNames: ['code'],
      registers,
    }),
    batchFailures: new Counter({
      name: 'freshet_cdc_batch_failures_total',
      help: 'Batches of change records that failed and will be tried again.',
      labelNames: ['topic'],
      registers,
    }),
  };
}
