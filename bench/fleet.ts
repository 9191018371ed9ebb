import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createFreshetClient } from '@freshet/cli/client';
import { percentile } from '@freshet/eval/metrics';
import type { ModelAnswered } from './model-process.ts';
import { startProcessFleet } from './process-fleet.ts';

/**
 * What a question costs the fleet, and what the fleet adds to it: four services as four processes against a fake
 * Bedrock with the published latencies, asked over SSE in an open loop. Questions arrive as a Poisson process at
 * `--rps`, whether earlier ones were answered or not, and every time is measured from the arrival that was due, so
 * that a fleet or a client that falls behind shows it.
 *
 *     npm run -s bench:fleet -- [--rps 10,40] [--seconds 30] [--warm-up 1200] [--profile folder] [--json]
 *
 * - `errors`: streams that did not end in `answer.completed`.
 * - `overheadP95Ms`: of each answer, its last event minus the model's time (from the request at its socket to the
 *   end of its stream, by its own process), the embedding and the search as the answer's `timings` tell. What is
 *   left is HTTP, JSON, tokens, fusion and streaming of the three services, and the client's own lateness.
 * - `firstDeltaP95Ms`: from the model's first token at its socket to the first `answer.delta` at the client.
 * - `cpuMsPerRequest`: user and system time of a service's process over all requests of the measured time, but for
 *   the retriever's threads of the embedded index: what these take is `searchCpuMs`. All other threads count, those
 *   in which V8 collects and compiles among them.
 * - `coresFor500Rps`: 500 × the CPU-seconds that a request takes in the three services, at this rate. It is less at
 *   greater rates, where one waking serves several requests.
 *
 * Node compiles what is hot while it runs, for the first thousand requests or so: as many as `--warm-up` says are
 * asked before, at 40/s, and not counted. Several rates are measured in turn, a line each, on one warm fleet.
 */
const { values } = parseArgs({
  options: {
    rps: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    'warm-up': { type: 'string', default: '1200' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
/** Node's name for worker threads; in the retriever none but the index has any. */
const INDEX_THREADS = 'WorkerThread';
const WARM_UP_RPS = 40;
const rates = values.rps.split(',').map(Number);
const seconds = Number(values.seconds);
const lines = (await readFile(join(import.meta.dirname, '../eval/sample/queries.jsonl'), 'utf8')).split('\n');
const questions = lines.filter(Boolean).map((line) => (JSON.parse(line) as { text: string }).text);

interface Answered {
  id: string;
  firstEventMs: number;
  lastEventMs: number;
  /** Unix time in milliseconds, as the model's own moments. */
  firstDeltaAt: number;
  /** What embedding and search took, in milliseconds. */
  elsewhereMs: number;
}

const model = new Map<string, ModelAnswered>();
const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
const fleet = await startProcessFleet({
  nodeArguments: { gateway: profiling, retriever: profiling, generator: profiling },
  onModelAnswered: (answered) => model.set(answered.id, answered),
});
const client = createFreshetClient({ url: fleet.url, connections: 4096 });
let asked = 0;

async function ask(due: number): Promise<Answered> {
  const id = `request-${asked}`;
  const content = questions[asked++ % questions.length]!;
  // The id goes through history, which is not embedded.
  const history = [
    { role: 'user', content: id },
    { role: 'assistant', content: 'Noted.' },
  ] as const;
  let firstEventMs: number | undefined;
  let firstDeltaAt = Number.NaN;
  let last = '';
  const events = client.chat(
    { messages: [...history, { role: 'user', content }] },
    AbortSignal.timeout(60_000),
  );
  for await (const event of events) {
    firstEventMs ??= performance.now() - due;
    last = event.type;
    if (event.type === 'answer.delta' && Number.isNaN(firstDeltaAt)) {
      firstDeltaAt = performance.timeOrigin + performance.now();
    }
    if (event.type === 'answer.completed') {
      const { embedMs, searchMs } = event.timings;
      const lastEventMs = performance.now() - due;
      return { id, firstEventMs, lastEventMs, firstDeltaAt, elsewhereMs: embedMs + searchMs };
    }
  }
  throw new Error(`the stream ended with ${last}`);
}

/** Asks at the rate for so long, then waits for the last answer. */
async function run(rps: number, forSeconds: number): Promise<PromiseSettledResult<Answered>[]> {
  const pending: Promise<Answered>[] = [];
  const start = performance.now();
  for (let due = start; due < start + forSeconds * 1000; due += (-Math.log(1 - Math.random()) * 1000) / rps) {
    if (due > performance.now()) await pause(due - performance.now());
    const answer = ask(due);
    answer.catch((error) => console.error(error));
    pending.push(answer);
  }
  return await Promise.allSettled(pending);
}

async function measure(rps: number): Promise<object> {
  const before = await fleet.times();
  const outcomes = await run(rps, seconds);
  const after = await fleet.times();
  await pause(100); // what the model has yet to tell

  const requests = outcomes.length;
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const p95 = (figures: number[]) => Number(percentile(figures, 0.95).toFixed(1));
  const overheads = answers.map(({ id, lastEventMs, elsewhereMs }) => {
    const { receivedAt, endedAt } = model.get(id)!;
    return lastEventMs - (endedAt - receivedAt) - elsewhereMs;
  });
  const perRequest = (read: (times: typeof after) => number) => (read(after) - read(before)) / requests;
  const searchMs = perRequest(({ retriever }) => retriever.threadsMs[INDEX_THREADS] ?? 0);
  const cpu = {
    gateway: perRequest(({ gateway }) => gateway.totalMs),
    retriever: perRequest(({ retriever }) => retriever.totalMs) - searchMs,
    generator: perRequest(({ generator }) => generator.totalMs),
  };
  const round = (figure: number) => Number(figure.toFixed(2));
  const total = cpu.gateway + cpu.retriever + cpu.generator;
  return {
    requests,
    errors: requests - answers.length,
    rps: round(requests / seconds),
    firstEventP95Ms: p95(answers.map(({ firstEventMs }) => firstEventMs)),
    lastEventP95Ms: p95(answers.map(({ lastEventMs }) => lastEventMs)),
    overheadP95Ms: p95(overheads),
    firstDeltaP95Ms: p95(answers.map(({ id, firstDeltaAt }) => firstDeltaAt - model.get(id)!.firstTokenAt)),
    cpuMsPerRequest: {
      gateway: round(cpu.gateway),
      retriever: round(cpu.retriever),
      generator: round(cpu.generator),
    },
    totalCpuMsPerRequest: round(total),
    searchCpuMs: round(searchMs),
    coresFor500Rps: round((500 * total) / 1000),
    residentMiB: Math.round(
      after.gateway.residentMiB + after.retriever.residentMiB + after.generator.residentMiB,
    ),
    cores: availableParallelism(),
    loadAverage: round(loadavg()[0]!),
  };
}

try {
  await run(WARM_UP_RPS, Number(values['warm-up']) / WARM_UP_RPS);
  for (const rps of rates) {
    const result = await measure(rps);
    if (values.json) console.log(JSON.stringify(result));
    else console.dir(result);
  }
} finally {
  await client.close();
  await fleet.close();
}
