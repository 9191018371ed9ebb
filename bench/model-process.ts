import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';

/**
 * The fake Bedrock in a process of its own, forked by process-fleet.ts: neither its timers nor its processor time
 * mix with what is measured. Latencies are the published ones, all uniform: 620 ± 40 ms to the first token, 950 ± 50
 * to the last of 67, embeddings 30 ± 10. Each stream is told to the parent with its moments as Unix time in
 * milliseconds, which is one clock for all processes of a machine.
 */

export interface ModelReady {
  type: 'model.ready';
  url: string;
}

export interface ModelAnswered {
  type: 'model.answered';
  /** The id that the asker put into the history, for example `request-17`. */
  id: string;
  receivedAt: number;
  firstTokenAt: number;
  endedAt: number;
}

export type ModelMessage = ModelReady | ModelAnswered;

const tell = (message: ModelMessage) => process.send?.(message);
const unixTime = (at: number) => performance.timeOrigin + at;

const bedrock = await startFakeBedrock({
  firstTokenMs: 620,
  betweenTokensMs: 5,
  spread: 40 / 620,
  distribution: 'uniform',
  tokens: 67,
  embedMs: 30,
  embedSpread: 1 / 3,
  async onFirstToken(record) {
    const id = /request-\d+/.exec(JSON.stringify(record.body))?.[0];
    await record.ended;
    const { receivedAt, firstTokenAt = receivedAt } = record;
    if (id === undefined) return;
    tell({
      type: 'model.answered',
      id,
      receivedAt: unixTime(receivedAt),
      firstTokenAt: unixTime(firstTokenAt),
      endedAt: unixTime(performance.now()),
    });
  },
});
process.once('disconnect', () => void bedrock.close());
tell({ type: 'model.ready', url: bedrock.url });
