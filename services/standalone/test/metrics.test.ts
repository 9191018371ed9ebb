import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import { question, startFleet, type TestFleet } from './fleet.ts';
import { scrape } from './scrape.ts';

const seriesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** The value of the one series whose name and labels match. */
function sampleOf(text: string, pattern: RegExp): number {
  const found = seriesOf(text).filter((line) => pattern.test(line));
  assert.equal(found.length, 1, `${pattern} is ${found.join(' and ') || 'nowhere'}`);
  return Number(found[0]?.split(' ').at(-1));
}

const PRICED = {
  model: 'priced',
  provider: 'custom',
  async *generate() {
    yield { type: 'delta', text: 'At seven [1].' } as const;
    const usage = { inputTokens: 100, outputTokens: 20 };
    yield { type: 'finished', finishReason: 'stop', usage, costUsd: 0.0015 } as const;
  },
  close: async () => {},
};

test('a question and a document show in the metrics of every service', async (t) => {
  const fleet = await startFleet(t, { generator: PRICED });
  await fleet.write({ documentId: 'a', content: 'The tide is at seven.' });
  await (await fleet.ask(question('When is the tide?'))).text();
  const text = await scrape(fleet);
  for (const service of ['gateway', 'retriever', 'generator', 'ingestor']) {
    assert.equal(sampleOf(text, new RegExp(`^freshet_build_info.*service="${service}"`)), 1);
    assert.ok(sampleOf(text, new RegExp(`^nodejs_eventloop_lag_p99_seconds.*service="${service}"`)) >= 0);
  }
  assert.equal(sampleOf(text, /^freshet_http_request_duration_seconds_count.*"\/v1\/chat",status="200"/), 1);
  for (const moment of ['first_event', 'first_delta', 'end']) {
    assert.equal(sampleOf(text, new RegExp(`^freshet_chat_seconds_count.*${moment}`)), 1);
  }
  assert.equal(sampleOf(text, /^freshet_chat_streams\{/), 0);
  assert.equal(
    sampleOf(text, /^freshet_chat_tokens_total.*model="priced",route="\/v1\/chat",direction="input"/),
    100,
  );
  assert.equal(sampleOf(text, /^freshet_chat_tokens_total.*output/), 20);
  assert.equal(sampleOf(text, /^freshet_chat_cost_dollars_total/), 0.0015);
  assert.equal(sampleOf(text, /^freshet_model_call_seconds_count.*operation="chat",provider="custom"/), 1);
  assert.equal(sampleOf(text, /^freshet_model_first_chunk_seconds_count/), 1);
  assert.ok(
    sampleOf(text, /^freshet_model_call_seconds_count(?=.*embeddings)(?=.*service="retriever")/) >= 1,
  );
  assert.ok(sampleOf(text, /^freshet_retrieve_stage_seconds_count.*search/) >= 1);
  assert.equal(sampleOf(text, /^freshet_ingest_freshness_seconds_count/), 1);
  assert.equal(sampleOf(text, /^freshet_ingest_stage_seconds_count.*write/), 1);
  assert.equal(sampleOf(text, /^freshet_ingest_lag\{partition="0"/), 0);
  for (const dependency of ['log', 'retriever', 'generator']) {
    const up = new RegExp(`^freshet_dependency_up.*"${dependency}",service="gateway"`);
    assert.equal(sampleOf(text, up), 1);
  }
});

test('a dependency that is down is 0, and a failing call counts under its code', async (t) => {
  const fleet = await startFleet(t, {
    generator: {
      ...PRICED,
      // biome-ignore lint/correctness/useYield: it fails before its first part
      async *generate() {
        throw new Error('broken');
      },
    },
  });
  await fleet.write({ documentId: 'a', content: 'The tide is at seven.' });
  await (await fleet.ask(question('When is the tide?'))).text();
  const text = await scrape(fleet);
  assert.equal(sampleOf(text, /^freshet_model_errors_total.*code="FRESHET_INTERNAL"/), 1);
  assert.equal(sampleOf(text, /^freshet_chat_answers_total.*FRESHET_INTERNAL/), 1);
});

/** A method that fetch would refuse to send. */
function send(url: string, method: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(url, { method }, (response) => response.resume().on('end', resolve))
    .on('error', reject)
    .end();
  return promise;
}

async function throwHostileValues({ url, ask, client }: TestFleet): Promise<void> {
  const word = () => `hostile-${randomUUID()}`;
  const json = (method: string, body: unknown) => ({
    method,
    headers: {
      'content-type': 'application/json',
      'user-agent': word(),
      traceparent: word(),
      'x-forwarded-for': word(),
      [word()]: word(),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const document = () => ({
    source: word(),
    documentId: `${word()}"}\n${word()}`,
    mediaType: 'text/plain',
    content: word(),
    acl: { allow: [`user:${word()}`] },
  });
  for (let round = 0; round < 10; round++) {
    const { signal } = new AbortController();
    await (await fetch(`${url}/${word()}`)).text();
    await (await fetch(`${url}/v1/documents/${word()}/${word()}?x=${word()}`)).text();
    await (await fetch(`${url}/v1/documents/${word()}/${word()}`, { method: 'DELETE' })).text();
    await (
      await fetch(`${url}/v1/documents`, json('POST', { documents: [document(), { [word()]: 1 }] }))
    ).text();
    await (
      await fetch(`${url}/v1/search`, json('POST', { query: word(), filter: { source: [word()] } }))
    ).text();
    await (await fetch(`${url}/v1/chat`, json('POST', `{${word()}`))).text();
    await (await ask({ ...question(word()), after: word() })).text();
    await (await ask(question(word()))).text();
    for (const method of ['PROPFIND', 'MKCALENDAR', 'PURGE', 'REPORT'])
      await send(`${url}/${word()}`, method);
    await client.search({ query: word() }, signal);
  }
}

test('hostile values make no series: their number stays, and no word of theirs is in any', async (t) => {
  const fleet = await startFleet(t);
  await throwHostileValues(fleet);
  // Kinds of resources of the process may show up at any time.
  const count = (text: string) => seriesOf(text).filter((line) => !line.startsWith('nodejs_')).length;
  // Scrapes count too, from the second one on.
  await scrape(fleet);
  const before = count(await scrape(fleet));
  await throwHostileValues(fleet);
  const text = await scrape(fleet);
  assert.doesNotMatch(text, /hostile/);
  assert.match(text, /route="unknown"/);
  assert.match(text, /method="other"/);
  assert.doesNotMatch(text, /PROPFIND/);
  const after = count(text);
  assert.equal(after, before);
  assert.ok(after < 1500, `${after} series`);
});
