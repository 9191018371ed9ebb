import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from '@freshet/eval/metrics';
import { createAccessTokens } from '@freshet/shared/access-token';
import type { GenerateRequest, Passage } from '@freshet/shared/contracts';
import { createServiceClient } from '@freshet/shared/http/client';
import { freePorts } from '@freshet/testkit/free-ports';
import { NOTHING_TO_CHECK, TOKENS } from './generate-model.ts';
import { keepStreaming, readStream } from './generator-streams.ts';
import { readProcessTimes } from './process-times.ts';
import { becomesReady, spawnService, stopProcess } from './service-process.ts';

/**
 * What the generator adds to a model's stream, and what an answer of 200 tokens costs it, with so many streams open
 * at once: the generator in one process, a model with the API of OpenAI in another, the readers in this one.
 *
 *     npm run -s bench:generate -- [--streams 500] [--seconds 20] [--between-tokens 40] [--core 0] [--profile folder] [--json]
 *
 * - `firstDeltaOverheadP95Ms`: from the model's first token, by its own clock, to the reader's first `answer.delta`.
 * - `citationP95Ms`: from the delta that ended a sentence to its `citation.checked`; `citationFromLastLetterP95Ms` has
 *   the wait for the model's next token in it, before which a citation could still follow.
 * - `cpuMsPerAnswer`: processor time of the process, all its threads, over the answers that ended, where there was
 *   nothing to check; `cpuMsPerAnswerWithChecks`, with an answer of sentences, each of which cites a passage.
 * - `maxStallMs`: longest delay of the generator's event loop, by its own metric, in samples of 10 ms.
 *   `readerMaxStallMs` is that of this process: what the reader is late by, the other figures hold too.
 * - `coreShare`: what the generator took of a core, with checks. `waitedShare`: how much of the time its main thread
 *   was ready to run while others had the cores. Much of it, and latencies and stalls are the machine's.
 *
 * `--core` binds the generator to that core, by `taskset`.
 */
const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    'between-tokens': { type: 'string', default: '40' },
    core: { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const PASSAGES = 8;
const PASSAGE_CHARACTERS = 1_200;
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const answerMs = TOKENS * Number(values['between-tokens']);
const secret = 'a secret of the benchmark, long enough';
const tokens = createAccessTokens({ secret, ttlSeconds: 600 });

async function readPassages(): Promise<Passage[]> {
  const folder = join(import.meta.dirname, '..', 'eval', 'sample', 'documents', 'handbook');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(
    names.slice(0, PASSAGES).map(async (name, i) => {
      const text = (await readFile(join(folder, name), 'utf8')).slice(0, PASSAGE_CHARACTERS);
      return {
        ref: i + 1,
        source: 'sample',
        documentId: name,
        version: 1,
        title: name,
        headingPath: [],
        text,
        span: { start: 0, end: text.length },
        score: 1 / (i + 1),
        changedAt: '2026-01-01T00:00:00.000Z',
      };
    }),
  );
}

const passages = await readPassages();
const model = fork(join(import.meta.dirname, 'generate-model.ts'), [values['between-tokens']]);
const [{ url: modelUrl }] = (await once(model, 'message')) as [{ url: string }];
const [port] = await freePorts(1);
const url = `http://127.0.0.1:${port}`;
const generator = spawnService(
  'generator',
  {
    ...process.env,
    PORT: String(port),
    INTERNAL_TOKEN_SECRET: secret,
    GENERATION_PROVIDER: 'openai',
    GENERATION_URL: modelUrl,
    GENERATION_MODEL: 'fake',
    GENERATION_MAX_STREAMS: String(streams + 100),
  },
  values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
);
const client = createServiceClient({
  name: 'generator',
  baseUrl: url,
  connections: streams,
  timeoutMs: 120_000,
});

/** The longest delay of the generator's event loop since it was last asked. */
async function readMaxStallMs(): Promise<number> {
  const scrape = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds\S* (\S+)$/m.exec(scrape)?.[1]) * 1000;
}

async function measure(question: string) {
  const body: GenerateRequest = { messages: [{ role: 'user', content: question }], passages };
  const ask = () => readStream(client, body, tokens.sign({ tenant: 'default', principals: [] }));
  let isOver = false;
  const reading = keepStreaming(ask, { streams, spreadMs: answerMs, isOver: () => isOver });
  // All have begun by then, and the code is compiled.
  await pause(2 * answerMs);
  await readMaxStallMs();
  const readers = monitorEventLoopDelay({ resolution: 10 });
  readers.enable();
  const before = await readProcessTimes(generator.pid!);
  const start = performance.now();
  await pause(seconds * 1000);
  const end = performance.now();
  const after = await readProcessTimes(generator.pid!);
  const maxStallMs = await readMaxStallMs();
  readers.disable();
  isOver = true;
  const outcomes = await reading;
  const ended = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0) console.error(failures[0]);
  const answers = ended.filter(({ endedAt }) => endedAt >= start && endedAt < end);
  if (answers.length === 0) throw new Error('no answer ended in the time that was measured');
  return {
    answers,
    errors: failures.length,
    cpuMsPerAnswer: (after.totalMs - before.totalMs) / answers.length,
    waitedShare: (after.waitedMs - before.waitedMs) / (end - start),
    coreShare: (after.totalMs - before.totalMs) / (end - start),
    maxStallMs,
    readerMaxStallMs: readers.max / 1e6,
  };
}

try {
  await becomesReady('generator', url);
  if (values.core !== undefined) execFileSync('taskset', ['-a', '-p', '-c', values.core, `${generator.pid}`]);
  const checked = await measure('What do the passages say?');
  const unchecked = await measure(NOTHING_TO_CHECK);
  const round = (figure: number) => Number(figure.toFixed(2));
  const p95 = (figures: number[]) => round(percentile(figures, 0.95));
  const { answers } = checked;
  const result = {
    streams,
    answers: answers.length,
    errors: checked.errors + unchecked.errors,
    firstDeltaOverheadP95Ms: p95(answers.map(({ firstDeltaOverheadMs }) => firstDeltaOverheadMs)),
    citationP95Ms: p95(answers.flatMap(({ citationMs }) => citationMs)),
    citationFromLastLetterP95Ms: p95(
      answers.flatMap(({ citationFromLastLetterMs }) => citationFromLastLetterMs),
    ),
    cpuMsPerAnswer: round(unchecked.cpuMsPerAnswer),
    cpuMsPerAnswerWithChecks: round(checked.cpuMsPerAnswer),
    coreShare: round(checked.coreShare),
    waitedShare: round(checked.waitedShare),
    maxStallMs: round(Math.max(checked.maxStallMs, unchecked.maxStallMs)),
    readerMaxStallMs: round(Math.max(checked.readerMaxStallMs, unchecked.readerMaxStallMs)),
    loadAverage: round(loadavg()[0]!),
  };
  console.log(values.json ? JSON.stringify(result) : result);
} finally {
  await client.close();
  await stopProcess(generator);
  await stopProcess(model);
}
