import { parseArgs } from 'node:util';
import { percentile } from '@freshet/eval/metrics';
import { startSampleFleet } from './sample-fleet.ts';

/**
 * Many chat streams at once on the sample corpus, against a fleet in another process. Questions were asked once
 * before, so their embeddings are cached. `npm run -s bench:chat -- [--streams 100] [--json]`
 */

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
});
const streams = Number(values.streams);
const { signal } = new AbortController();
const { client, questions, close } = await startSampleFleet(streams);
try {
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
} finally {
  await close();
}
