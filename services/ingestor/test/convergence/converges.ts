import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChunkIndex } from '@freshet/chunk-index';
import type { ConsumedRecord } from '@freshet/event-log';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { createLogger } from '@freshet/shared/log';
import { Registry } from '@freshet/shared/metrics';
import { readSources } from '@freshet/shared/sources';
import fc from 'fast-check';
import { createContentReader } from '../../content/content-reader.ts';
import { createBatchHandler } from '../../ingest-batch.ts';
import { createIngestMetrics } from '../../metrics.ts';
import { type DocumentParser, openDocumentParser, type ParsedChunks } from '../../parse/parser.ts';
import { checkIndex } from './check-index.ts';
import { consume, delivery } from './consumers.ts';
import type { ProcessGate } from './gate.ts';
import {
  type Change,
  DEFAULT_ACL,
  history,
  isRefused,
  latest,
  placeOf,
  SOURCE,
  TEXTS,
  toRecords,
} from './history.ts';

export const embedder = createHashedEmbedder({ dimensions: 8 });
const sources = readSources(JSON.stringify({ [SOURCE]: { acl: DEFAULT_ACL } }));
const logger = createLogger({ name: 'test', level: 'silent' });

export interface SharedIndex {
  /** As seen from outside of every process. */
  index: ChunkIndex;
  /** As one process has it: its calls, or the requests behind them, go through the gate. */
  openFor(gate: ProcessGate): ChunkIndex;
  close(): Promise<void>;
}

/** Each history has a tenant of its own, and the embedded index grows with each tenant. */
const HISTORIES_AN_INDEX = 500;

/** The rule of the whole: whatever crashes, repeats or comes out of order, the index ends equal to the latest state. */
export function convergesToLatestState(open: () => Promise<SharedIndex>, { runs }: { runs: number }): void {
  test(`whatever crashes, repeats or arrives out of order, the index ends equal to the latest state (${runs} histories)`, async (t) => {
    let shared = await open();
    t.after(() => shared.close());
    const parser = await openRememberingParser(t);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(history, delivery, async (changes, delivery) => {
        if (run > 0 && run % HISTORIES_AN_INDEX === 0) {
          await shared.close();
          shared = await open();
        }
        const tenant = `t${run}`;
        const from = 1_000 * run++;
        const records = toRecords(tenant, changes, from);
        const letters: ConsumedRecord[] = [];
        const createHandler = (index: ChunkIndex) =>
          createBatchHandler({
            index,
            embedder,
            content: createContentReader({ schemes: new Map(), budgetBytes: 0, timeoutMs: 1000 }),
            parser,
            sources,
            logger,
            metrics: createIngestMetrics(new Registry(), { readLag: async () => new Map() }),
            deadLetters: { add: async (record) => void letters.push(record) },
          });
        await consume({ records, delivery, openIndex: (gate) => shared.openFor(gate), createHandler });

        await shared.index.advanceWatermark(new Map());
        await checkIndex({ index: shared.index, embedder, parser, tenant, changes });
        assert.equal((await shared.index.watermark()).get(0), from + records.length, 'watermark');
        checkDeadLetters(tenant, changes, new Set(letters.map(({ offset }) => offset - from)));
      }),
      { numRuns: runs, endOnFailure: false },
    );
  });
}

/** Events that can be applied never get there; what can never be applied does, unless a newer one made it stale. */
function checkDeadLetters(tenant: string, changes: readonly Change[], refused: ReadonlySet<number>): void {
  const winners = [...latest(tenant, changes).values()];
  for (const [i, change] of changes.entries()) {
    const winner = winners.find(({ document }) => document === change.document);
    if (!isRefused(change)) assert.ok(!refused.has(i), `event ${i} is no dead letter`);
    else if (!winner || placeOf(change) > placeOf(winner)) {
      // An event that comes twice in one batch is handled once.
      const isKept = changes.some((other, j) => other === change && refused.has(j));
      assert.ok(isKept, `event ${i} is a dead letter`);
    }
  }
}

/** The real parser, which is asked once for each text: its thread would be most of the time, and break the gate's rule. */
async function openRememberingParser(t: TestContext): Promise<DocumentParser> {
  const parser = openDocumentParser({ tokenizer: undefined, maxTokens: 16 });
  t.after(() => parser.close());
  const known = new Map<string, PromiseSettledResult<ParsedChunks>>();
  for (const content of TEXTS) {
    const parsing = parser.parse({ content, mediaType: 'text/markdown', title: undefined });
    const [settled] = await Promise.allSettled([parsing]);
    known.set(content, settled);
  }
  return {
    async parse({ content }) {
      const result = known.get(String(content));
      if (result?.status !== 'fulfilled') throw result?.reason;
      return result.value;
    },
    close: async () => {},
  };
}
