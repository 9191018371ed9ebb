import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { createFreshetClient } from '@freshet/cli/client';
import { freePorts } from '@freshet/testkit/free-ports';
import { startKafka } from '@freshet/testkit/kafka';
import { startOpenSearch } from '@freshet/testkit/opensearch';
import { uniquePrefix } from '@freshet/testkit/unique-prefix';
import { until } from '@freshet/testkit/until';

/** The four services as four processes, on Kafka and OpenSearch: as a company runs them. */

const root = join(import.meta.dirname, '..', '..', '..');
const { signal } = new AbortController();
const services = ['gateway', 'ingestor', 'retriever', 'generator'] as const;
type Name = (typeof services)[number];

interface Running {
  name: Name;
  url: string;
  child: ChildProcess;
  /** Parsed log lines. */
  logged: { level: string; msg: string; dependency?: string; reason?: string }[];
}

interface Readiness {
  status: string;
  checks: Record<string, string>;
}

function start(t: TestContext, name: Name, port: number, env: Record<string, string>): Running {
  const child = spawn(process.execPath, [join(root, 'services', name, 'server.ts')], {
    env: { ...process.env, NODE_V8_COVERAGE: '', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const logged: Running['logged'] = [];
  let rest = '';
  child.stdout?.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) logged.push(JSON.parse(line));
  });
  return { name, url: `http://127.0.0.1:${port}`, child, logged };
}

async function startAll(t: TestContext, env: Record<string, string>): Promise<Record<Name, Running>> {
  const ports = await freePorts(services.length);
  const shared = {
    INTERNAL_TOKEN_SECRET: 'a secret of the tests, long enough for all',
    SOURCES: '{"*":{"acl":{"public":true}}}',
    EMBEDDING_PROVIDER: 'hashed',
    RETRIEVER_URL: `http://127.0.0.1:${ports[2]}`,
    GENERATOR_URL: `http://127.0.0.1:${ports[3]}`,
    ...env,
  };
  return Object.fromEntries(
    services.map((name, i) => [name, start(t, name, ports[i] as number, shared)]),
  ) as Record<Name, Running>;
}

async function readiness({ url, child, name }: Running): Promise<Readiness> {
  assert.equal(child.exitCode, null, `${name} has ended`);
  const response = await fetch(`${url}/readyz`);
  return (await response.json()) as Readiness;
}

/** Asks until the answer is the one that is waited for. */
function untilState(running: Running, is: (state: Readiness) => boolean): Promise<Readiness> {
  return until(
    async () => {
      const state = await readiness(running);
      if (!is(state)) throw new Error(`${running.name} stays ${JSON.stringify(state)}`);
      return state;
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}

const isReady = ({ status }: Readiness) => status === 'ok';

async function freshet(args: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'cli', 'main.ts'), ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: '', EMBEDDING_PROVIDER: 'hashed', ...env },
  });
  return stdout;
}

test('services start before topics and index are there, say what is missing, and go on by themselves', async (t) => {
  const [kafka, openSearch] = await Promise.all([startKafka(), startOpenSearch()]);
  t.after(() => Promise.all([kafka.stop(), openSearch.stop()]));
  const prefix = uniquePrefix('engines');
  const engines = {
    KAFKA_BROKERS: kafka.url,
    KAFKA_TOPIC_PREFIX: prefix,
    TOPIC_PARTITIONS: '3',
    OPENSEARCH_NODES: openSearch.url,
    OPENSEARCH_INDEX_PREFIX: prefix,
    OPENSEARCH_REPLICAS: '0',
  };
  const fleet = await startAll(t, engines);

  const ingestor = await untilState(fleet.ingestor, ({ checks }) => /UNKNOWN/.test(checks['log'] ?? ''));
  assert.equal(ingestor.status, 'unavailable');
  assert.match(ingestor.checks['log'] ?? '', /FRESHET_TOPIC_UNKNOWN.*freshet topics apply/);
  assert.match(ingestor.checks['index'] ?? '', /FRESHET_INDEX_UNKNOWN.*freshet index apply/);
  await untilState(fleet.gateway, ({ checks }) => /freshet topics apply/.test(checks['log'] ?? ''));
  const lines = fleet.ingestor.logged.filter(({ dependency }) => dependency === 'index');
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['not ready'],
    'one line, however often it was asked',
  );

  assert.match(await freshet(['topics', 'apply'], engines), /created/);
  assert.match(await freshet(['index', 'apply'], engines), /created/);
  assert.doesNotMatch(await freshet(['topics', 'apply'], engines), /created/);
  assert.doesNotMatch(await freshet(['index', 'apply'], engines), /created/);
  for (const name of services) await untilState(fleet[name], isReady);
  assert.ok(fleet.ingestor.logged.some(({ msg }) => msg === 'dependency is back'));

  const client = createFreshetClient({ url: fleet.gateway.url });
  t.after(() => client.close());
  const document = (content: string) => ({
    source: 'harbour',
    documentId: 'tides ⚓ מַיִם',
    mediaType: 'text/plain' as const,
    content,
  });
  async function ask(after: string): Promise<string> {
    let text = '';
    const messages = [{ role: 'user' as const, content: 'When is the spring tide?' }];
    for await (const event of client.chat({ messages, after }, signal)) {
      if (event.type === 'answer.delta') text += event.text;
    }
    return text;
  }
  const first = await client.write([document('The spring tide is at seven in the morning.')], signal);
  assert.match(await ask(first.watermark), /seven/);

  // The ingestor dies with an event on its way; the next one applies it.
  fleet.ingestor.child.kill('SIGKILL');
  await once(fleet.ingestor.child, 'exit');
  const second = await client.write([document('The spring tide is at nine in the evening.')], signal);
  const [port] = await freePorts(1);
  await untilState(
    start(t, 'ingestor', port as number, { ...engines, EMBEDDING_PROVIDER: 'hashed' }),
    isReady,
  );
  const answer = await ask(second.watermark);
  assert.match(answer, /nine/);
  assert.doesNotMatch(answer, /seven/);
});

test('services start while broker and cluster are down, and say which and where', async (t) => {
  const [kafkaPort, openSearchPort] = await freePorts(2);
  const fleet = await startAll(t, {
    KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`,
    OPENSEARCH_NODES: `http://127.0.0.1:${openSearchPort}`,
  });
  const { checks } = await untilState(fleet.ingestor, (state) => /refuse/i.test(state.checks['index'] ?? ''));
  assert.match(checks['index'] ?? '', new RegExp(`FRESHET_DEPENDENCY_UNAVAILABLE.*${openSearchPort}`));
  await untilState(fleet.ingestor, (state) => new RegExp(`${kafkaPort}`).test(state.checks['log'] ?? ''));
  const gateway = await untilState(fleet.gateway, (state) => state.checks['generator'] === 'ok');
  assert.equal(gateway.status, 'unavailable');
  assert.match(gateway.checks['retriever'] ?? '', /retriever/);

  const response = await fetch(`${fleet.gateway.url}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      documents: [{ source: 's', documentId: 'd', mediaType: 'text/plain', content: 'text' }],
    }),
  });
  assert.equal(response.status, 503, 'what could not be written is refused, not lost');
  assert.match(JSON.stringify(await response.json()), /FRESHET_EVENT_LOG_UNAVAILABLE/);
  for (const name of services) assert.equal(fleet[name].child.exitCode, null, `${name} runs on`);
});
