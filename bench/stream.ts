import { parseArgs } from 'node:util';
import { percentile } from '@freshet/eval/metrics';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startSampleFleet } from './sample-fleet.ts';

/**
 * What the fleet adds to a model's first token: from the moment that the fake Bedrock hands it to its socket until
 * the client has the first `answer.delta`, through generator and gateway, with so many streams at once. Model and
 * client run in this process, so that one clock measures; the fleet runs in another. `cut` counts streams that did
 * not end with `answer.completed`.
 *
 *     npm run -s bench:stream -- [--concurrency 20] [--streams 400] [--json]
 */
const { values } = parseArgs({
  options: {
    concurrency: { type: 'string', default: '20' },
    streams: { type: 'string', default: '400' },
    json: { type: 'boolean', default: false },
  },
});
const concurrency = Number(values.concurrency);
const streams = Number(values.streams);
const { signal } = new AbortController();

const firstTokens = new Map<string, number>();
const bedrock = await startFakeBedrock({
  firstTokenMs: 620,
  betweenTokensMs: 8,
  spread: 0.2,
  tokens: 41,
  onFirstToken({ body, firstTokenAt = Number.NaN }) {
    const id = /request-\d+/.exec(JSON.stringify(body))?.[0];
    if (id) firstTokens.set(id, firstTokenAt);
  },
});
const fleet = await startSampleFleet(concurrency, {
  GENERATION_PROVIDER: 'bedrock',
  GENERATION_MODEL: 'anthropic.claude-3-5-haiku-20241022-v1:0',
  BEDROCK_ENDPOINT: bedrock.url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'fake',
  AWS_SECRET_ACCESS_KEY: 'fake',
});
try {
  const overheads: number[] = [];
  let cut = 0;
  let next = 0;
  async function ask(id: string, question: string): Promise<void> {
    // The id goes through history, so that the last question is one whose embedding is cached.
    const history = [
      { role: 'user', content: id },
      { role: 'assistant', content: 'Noted.' },
    ] as const;
    let first: number | undefined;
    let last = '';
    try {
      for await (const { type } of fleet.client.chat(
        { messages: [...history, { role: 'user', content: question }] },
        signal,
      )) {
        if (type === 'answer.delta') first ??= performance.now();
        last = type;
      }
    } catch (error) {
      console.error(error);
    }
    const sent = firstTokens.get(id);
    if (last !== 'answer.completed' || first === undefined || sent === undefined) cut += 1;
    else overheads.push(first - sent);
  }
  async function worker(): Promise<void> {
    while (next < streams) {
      const n = next++;
      await ask(`request-${n}`, fleet.questions[n % fleet.questions.length]!);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  const measured = overheads.slice(concurrency); // the first round compiles what is hot
  const at = (share: number) => Number(percentile(measured, share).toFixed(1));
  const result = { concurrency, overheadP50Ms: at(0.5), overheadP95Ms: at(0.95), cut };
  if (values.json) console.log(JSON.stringify(result));
  else console.table([result]);
} finally {
  await fleet.close();
  await bedrock.close();
}
