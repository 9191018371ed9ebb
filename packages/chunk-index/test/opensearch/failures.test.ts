import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePorts } from '@freshet/testkit/free-ports';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { applyIndex } from '../../opensearch/apply.ts';
import { bulk, type Operation } from '../../opensearch/bulk.ts';
import { type Connection, createClient } from '../../opensearch/client.ts';
import { openOpenSearchChunkIndex } from '../../opensearch.ts';
import { sample } from '../contract.ts';
import { OPTIONS, openTestIndex } from './open-index.ts';

/** A server that answers what no real one can be made to: rejections, refusals, half of an answer. */
async function scripted(
  t: TestContext,
  answer: (request: IncomingMessage, body: string) => [number, unknown],
) {
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    requests.push(request);
    const [status, value] = answer(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const operation = (id: string): Operation => ({ index: 'chunks-write', id, version: 1, document: { id } });
const rejected = {
  status: 429,
  error: { type: 'opensearch_rejected_execution_exception', reason: 'queue is full' },
};
const quick = { backoffMs: 1 };

async function open(t: TestContext, connection: Partial<Connection> & { nodes: string[] }) {
  const index = await openOpenSearchChunkIndex({
    connection: { timeoutMs: 5_000, ...connection },
    index: OPTIONS,
  });
  t.after(() => index.close());
  return index;
}

test('of a bulk, only what could not be done now is tried again; the rest is sorted', async (t) => {
  const sent: string[][] = [];
  const { url } = await scripted(t, (_request, body) => {
    const ids = [...body.matchAll(/"_id":"(\w+)"/g)].map(([, id]) => id as string);
    sent.push(ids);
    const items = ids.map((id) => {
      if (id === 'busy' && sent.length < 3) return { index: rejected };
      if (id === 'old')
        return { index: { status: 409, error: { type: 'version_conflict_engine_exception' } } };
      if (id === 'bad')
        return { index: { status: 400, error: { type: 'mapper_parsing_exception', reason: 'no' } } };
      return { index: { status: 201 } };
    });
    return [200, { items }];
  });
  const client = await createClient({ nodes: [url], timeoutMs: 5_000 });
  t.after(() => client.close());
  const outcomes = await bulk(client, ['ok', 'busy', 'old', 'bad'].map(operation), quick);
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ['done', 'done', 'stale', 'poison'],
  );
  assert.deepEqual(sent, [['ok', 'busy', 'old', 'bad'], ['busy'], ['busy']]);
});

test('a cluster that stays busy is a retryable failure, after a bounded number of tries', async (t) => {
  const { url, requests } = await scripted(t, () => [429, { error: rejected.error, status: 429 }]);
  const client = await createClient({ nodes: [url], timeoutMs: 5_000 });
  t.after(() => client.close());
  await assert.rejects(bulk(client, [operation('a')], { ...quick, attempts: 4 }), {
    code: 'FRESHET_DEPENDENCY_UNAVAILABLE',
    isRetryable: true,
    message: /429.*queue is full/,
  });
  assert.equal(requests.length, 4);
});

test('a bulk is cut into requests of bounded size, and what is larger goes alone', async (t) => {
  const sizes: number[] = [];
  const { url } = await scripted(t, (_request, body) => {
    sizes.push(body.length);
    return [
      200,
      {
        items: body
          .split('\n')
          .filter((line) => line.includes('_id'))
          .map(() => ({ index: { status: 201 } })),
      },
    ];
  });
  const client = await createClient({ nodes: [url], timeoutMs: 5_000 });
  t.after(() => client.close());
  const operations = Array.from({ length: 50 }, (_, i) => ({
    ...operation(`n${i}`),
    document: { text: 'x'.repeat(i === 25 ? 5_000 : 300) },
  }));
  assert.equal((await bulk(client, operations, { maxBytes: 2_000 })).length, 50);
  assert.ok(sizes.filter((size) => size > 2_000).length === 1);
});

test('refused credentials are named as such, with what to look at', async (t) => {
  for (const [status, message] of [
    [401, /refuses the credentials \(401\)/],
    [403, /does not allow this to the credentials \(403\)/],
  ] as const) {
    const { url } = await scripted(t, () => [
      status,
      { error: { type: 'security_exception', reason: 'no' }, status },
    ]);
    const index = await open(t, { nodes: [url], basic: { username: 'ana', password: 'wrong' } });
    await assert.rejects(index.ping(), { code: 'FRESHET_DEPENDENCY_UNAVAILABLE', message });
  }
});

test('basic authentication and AWS signatures are on every request', async (t) => {
  const { url, requests } = await scripted(t, () => [404, {}]);
  await assert.rejects((await open(t, { nodes: [url], basic: { username: 'ana', password: 'p:w' } })).ping());
  assert.equal(requests.at(-1)?.headers.authorization, `Basic ${Buffer.from('ana:p:w').toString('base64')}`);

  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  t.after(() => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  });
  await assert.rejects((await open(t, { nodes: [url], awsRegion: 'eu-central-1' })).ping());
  assert.match(
    requests.at(-1)?.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/es\/aws4_request/,
  );
});

test('while the cluster is down every call says so, and the next one after its start goes through', async (t) => {
  const server = await startOpenSearch({ isDedicated: true });
  t.after(() => server.stop());
  const connection = { nodes: [server.url], timeoutMs: 20_000 };
  const client = await createClient(connection);
  t.after(() => client.close());
  await applyIndex(client, OPTIONS);
  const index = await open(t, connection);
  await index.write([sample()]);

  await server.kill();
  const down = {
    code: 'FRESHET_DEPENDENCY_UNAVAILABLE',
    isRetryable: true,
    message: /ECONNREFUSED|ECONNRESET/,
  };
  await assert.rejects(index.ping(), down);
  await assert.rejects(
    index.search({
      access: { tenant: 'acme', principals: [] },
      text: 'x',
      vector: new Float32Array(8),
      limit: 1,
    }),
    down,
  );

  await server.start();
  await index.ping();
  assert.equal((await index.readManifests([sample().manifest])).size, 1, 'what was answered is not lost');
});

// Stopped after the test's own clean-up, which still asks it.
const server = await startOpenSearch();
test.after(() => server.stop());

test('a node that is down is passed over for one that answers', async (t) => {
  const [port] = await freePorts(1);
  const { options } = await openTestIndex(t, server.url);
  const index = await openOpenSearchChunkIndex({
    connection: { nodes: [`http://127.0.0.1:${port}`, server.url], timeoutMs: 10_000 },
    index: options,
  });
  t.after(() => index.close());
  for (let i = 0; i < 6; i += 1) await index.ping();
});
