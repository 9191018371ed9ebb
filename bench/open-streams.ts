import { parseArgs } from 'node:util';
import { createFreshetClient } from '@freshet/cli/client';
import { startFakeBedrock } from '@freshet/testkit/fake-bedrock';
import { startProcessFleet } from './process-fleet.ts';

/**
 * Memory of many open streams: each has its passages and waits for a model that says nothing until all are open, then
 * answers all of them. `rssMiB` is what each service held at that moment; `errors` are streams without their answer.
 *
 *     npm run -s bench:open-streams -- [--streams 2000] [--json]
 */
const { values } = parseArgs({
  options: { streams: { type: 'string', default: '2000' }, json: { type: 'boolean', default: false } },
});
const streams = Number(values.streams);
const OPENING_AT_ONCE = 40;

const release = Promise.withResolvers<void>();
const bedrock = await startFakeBedrock({
  tokens: 41,
  betweenTokensMs: 5,
  beforeAnswer: ({ operation }) => (operation === 'invoke' ? Promise.resolve() : release.promise),
});
const limit = String(streams + 100);
const fleet = await startProcessFleet({
  env: {
    BEDROCK_ENDPOINT: bedrock.url,
    CHAT_MAX_STREAMS: limit,
    GENERATION_MAX_STREAMS: limit,
    CHAT_TIMEOUT_MS: '300000',
    FIRST_TOKEN_TIMEOUT_MS: '290000',
    LOG_LEVEL: 'warn',
  },
});
const client = createFreshetClient({ url: fleet.url, connections: streams });
try {
  let errors = 0;
  async function open(): Promise<{ opened: Promise<void>; ended: Promise<void> }> {
    const opened = Promise.withResolvers<void>();
    const ended = (async () => {
      let last = '';
      try {
        const messages = [{ role: 'user' as const, content: 'What is the default agent port?' }];
        for await (const { type } of client.chat({ messages }, new AbortController().signal)) {
          if (type === 'retrieval.completed') opened.resolve();
          last = type;
        }
      } catch (error) {
        last = String(error);
      }
      opened.resolve();
      if (last !== 'answer.completed') errors += 1;
    })();
    return { opened: opened.promise, ended };
  }
  const endings: Promise<void>[] = [];
  for (let i = 0; i < streams; i += OPENING_AT_ONCE) {
    const batch = await Promise.all(Array.from({ length: Math.min(OPENING_AT_ONCE, streams - i) }, open));
    await Promise.all(batch.map(({ opened }) => opened));
    endings.push(...batch.map(({ ended }) => ended));
  }
  const times = await fleet.times();
  const rssMiB = Object.fromEntries(
    Object.entries(times).map(([name, { residentMiB }]) => [name, Math.round(residentMiB)]),
  );
  release.resolve();
  await Promise.all(endings);
  const result = { streams, errors, rssMiB };
  console.log(values.json ? JSON.stringify(result) : result);
} finally {
  release.resolve();
  await client.close();
  await fleet.close();
  await bedrock.close();
}
