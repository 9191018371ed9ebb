import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runScenario } from './scenario.ts';

/**
 * The crash test: events flow into Kafka while the ingestor is killed again and again, OpenSearch is away for a while
 * and the broker restarts; then the index is compared with the latest state of every document. Prints one line, and
 * exits with 1 unless nothing is lost, twice there, back from the dead, or old.
 *
 * `npm run -s test:crash -- [--documents 5000] [--kills 10] [--outage-s 20] [--seed NUMBER]`
 */

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '10' },
    'outage-s': { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const start = performance.now();
const say = (line: string) => console.error(`${Math.round((performance.now() - start) / 1000)} s: ${line}`);
say(`seed ${values.seed}`);
const wanted = Number(values.kills);
const { events, kills, differences, deadLetters, peakMiB } = await runScenario({
  documents: Number(values.documents),
  kills: wanted,
  outageMs: Number(values['outage-s']) * 1000,
  seed: Number(values.seed),
  say,
});
say(`dead letters ${deadLetters}, the last ingestor had ${peakMiB} MiB at most`);
const found = Object.entries(differences) as [string, string[]][];
for (const [kind, items] of found) for (const item of items.slice(0, 10)) say(`${kind}: ${item}`);
const counts = found.map(([kind, items]) => `${kind} ${items.length}`);
console.log(`events ${events}, kills ${kills}, ${counts.join(', ')}`);
const isWell = found.every(([, items]) => items.length === 0) && kills >= wanted && deadLetters === 0;
process.exitCode = isWell ? 0 : 1;
