import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFreshetClient } from '@freshet/cli/client';
import { percentile } from '@freshet/eval/metrics';

/**
 * Many chat streams at once on the sample corpus, against a fleet in another process. Questions were asked once
 * before, so their embeddings are cached. `npm run -s bench:chat -- [--streams 100] [--json]`
 */

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
});
const streams = Number(values.streams);
const { signal } = new AbortController();
const sample = join(import.meta.dirname, '..', 'eval', 'sample');
const lines = (await readFile(join(sample, 'queries.jsonl'), 'utf8')).split('\n').filter(Boolean);
const questions = lines.map((line) => (JSON.parse(line) as { text: string }).text);

const folder = await mkdtemp(join(tmpdir(), 'freshet-bench-'));
const fleet = spawn(
  process.execPath,
  [join(import.meta.dirname, '..', 'services', 'standalone', 'server.ts')],
  {
    env: { ...process.env, PORT: '0', DATA_DIR: folder, LOAD_SAMPLE: 'true', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'pipe'],
  },
);
try {
  const client = createFreshetClient({ url: await sampleLoaded(fleet), connections: streams });
  for (const question of questions) await client.search({ query: question }, signal);

  const firsts: number[] = [];
  const lasts: number[] = [];
  let errors = 0;
  const ask = async (question: string) => {
    const start = performance.now();
    try {
      let isFirst = true;
      let last = '';
      for await (const { type } of client.chat({ messages: [{ role: 'user', content: question }] }, signal)) {
        if (isFirst) firsts.push(performance.now() - start);
        isFirst = false;
        last = type;
      }
      if (last !== 'answer.completed') throw new Error(`the stream ended with ${last}`);
      lasts.push(performance.now() - start);
    } catch (error) {
      errors += 1;
      console.error(error);
    }
  };
  await Promise.all(Array.from({ length: streams }, (_, i) => ask(questions[i % questions.length]!)));
  const result = {
    streams,
    errors,
    firstEventP50Ms: Math.round(percentile(firsts, 0.5)),
    firstEventP95Ms: Math.round(percentile(firsts, 0.95)),
    lastEventP95Ms: Math.round(percentile(lasts, 0.95)),
  };
  if (values.json) console.log(JSON.stringify(result));
  else console.table(result);
  await client.close();
} finally {
  fleet.kill('SIGTERM');
  await once(fleet, 'exit');
  await rm(folder, { recursive: true });
}

/** Waits for the line that says so; answers with the gateway's URL. */
async function sampleLoaded(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr!) {
    text += chunk;
    const url = /ask at (\S+),/.exec(text)?.[1];
    if (url && text.includes('are searchable')) return url;
  }
  throw new Error(`the fleet did not start: ${text}`);
}
