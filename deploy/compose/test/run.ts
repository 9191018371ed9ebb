/**
 * The compose file against a real engine: builds, starts, ingests, asks, kills each container and asks again, and
 * takes all of it down. `make compose-test`. The last line counts the checks.
 *
 *   FRESHET_IMAGES_SETUP   a program that makes the images of .env available where no registry can be reached; it is
 *                          run with the variables of .env in its environment
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { freePorts } from '@freshet/testkit/free-ports';
import { until } from '@freshet/testkit/until';
import { createCaller } from '../../test/caller.ts';
import { createReport } from '../../test/report.ts';
import { run } from '../../test/run.ts';
import { checkObservability } from './observability.ts';
import { type Container, openStack } from './stack.ts';

const SERVICES = ['gateway', 'ingestor', 'retriever', 'generator'];
const STORES = ['kafka', 'opensearch', 'valkey'];
const JOBS = ['topics', 'index'];
const IMAGES = [...SERVICES, 'cli', 'fake-bedrock'];
const READY = { timeoutMs: 120_000 };

/** What each kill shows, by the names in /readyz: who tells of it, and under which name. */
const OUTAGES = [
  { victim: 'gateway', seenBy: [], canAsk: false },
  { victim: 'generator', seenBy: [['gateway', 'generator']], canAsk: false },
  { victim: 'retriever', seenBy: [['gateway', 'retriever']], canAsk: false },
  { victim: 'ingestor', seenBy: [], canAsk: true },
  { victim: 'valkey', seenBy: [], canAsk: true },
  {
    victim: 'kafka',
    seenBy: [
      ['gateway', 'log'],
      ['ingestor', 'log'],
    ],
    canAsk: true,
  },
  {
    victim: 'opensearch',
    seenBy: [
      ['retriever', 'index'],
      ['ingestor', 'index'],
      ['gateway', 'retriever'],
    ],
    canAsk: false,
  },
] as const;

const question = 'What is the default agent port?';
const expected = 'handbook/ports-and-firewalls.md';

const root = join(import.meta.dirname, '..', '..', '..');
const pinned = parseEnv(await readFile(join(root, '.env'), 'utf8')) as Record<string, string>;
const [port = 0, prometheusPort = 0, jaegerPort = 0] = await freePorts(3);
const tag = `test-${process.pid}`;
const stack = openStack({
  project: `freshet-${tag}`,
  variables: {
    FRESHET_VERSION: tag,
    GATEWAY_PORT: String(port),
    PROMETHEUS_PORT: String(prometheusPort),
    JAEGER_PORT: String(jaegerPort),
  },
});
const { docker, compose } = stack;
const report = createReport((line) => console.log(line));
const { check, note } = report;
const caller = createCaller(`http://127.0.0.1:${port}`);

/** What all later checks stand on: without it there is nothing to check. */
async function demand(name: string, step: () => Promise<unknown>): Promise<void> {
  if (!(await check(name, step))) throw new Error(`stopped: ${name}`);
}

async function isReady(): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  assert.equal(response.status, 200, await response.text());
}

async function asksWell(): Promise<void> {
  const { text, cited } = await caller.ask(question);
  assert.ok(text.includes('9443'), `the answer is wrong: ${text}`);
  assert.ok(cited.includes(expected), `cited ${cited.join(', ')} for: ${text}`);
}

const code = (answer: number) => ({
  source: 'compose-test',
  documentId: 'pilot-code',
  title: 'The pilot code',
  mediaType: 'text/markdown' as const,
  content: `# The pilot code\n\nThe harbour pilot code of Brackwater is ${answer}.\n`,
});

async function codeIs(answer: number, other: number, after: string): Promise<void> {
  const { text, cited } = await caller.ask('What is the harbour pilot code of Brackwater?', after);
  assert.ok(text.includes(String(answer)), `the answer is not the new one: ${text}`);
  assert.ok(!text.includes(String(other)), `the answer is still the old one: ${text}`);
  assert.deepEqual(cited, ['pilot-code']);
}

async function container(service: string): Promise<Container> {
  const found = (await stack.containers()).get(service);
  assert.ok(found, `${service} has no container`);
  return found;
}

async function build(): Promise<void> {
  const setup = process.env['FRESHET_IMAGES_SETUP'];
  if (setup)
    await demand('images are made available', () => run(setup, [], { env: { ...process.env, ...pinned } }));
  await demand('images build', () => compose('--profile', '*', 'build'));
  for (const name of IMAGES) {
    await check(`image of ${name}: not root, no tests, no development dependencies`, async () => {
      const image = `freshet/${name}:${tag}`;
      const [found] = JSON.parse(await docker('image', 'inspect', image)) as [
        { Size: number; Config: { User: string; Labels: Record<string, string> } },
      ];
      note(`${image.padEnd(34)} ${Math.round(found.Size / 1e6)} MB`);
      assert.equal(found.Config.User, '1000:1000');
      assert.equal(found.Config.Labels['org.opencontainers.image.title'], `freshet-${name}`);
      const unwanted = [
        'find . -path ./node_modules -prune -o -name "*.test.ts" -print',
        'ls -d node_modules/typescript node_modules/@biomejs node_modules/knip node_modules/testcontainers',
        name === 'generator' || name === 'gateway' ? 'ls -d node_modules/onnxruntime-node /weights' : 'true',
      ];
      const script = unwanted.map((command) => `(${command}) 2>/dev/null`).join('; ');
      const found2 = await docker(
        'run',
        '--rm',
        '--network=none',
        '--entrypoint=sh',
        image,
        '-c',
        `${script}; true`,
      );
      assert.equal(found2, '');
    });
  }
}

async function start(): Promise<void> {
  await demand('docker compose up leads to a ready fleet', async () => {
    const begin = performance.now();
    await compose('up', '--detach');
    await until(isReady, READY);
    note(`${((performance.now() - begin) / 1000).toFixed(0)} s from up to ready`);
  });
  const all = await stack.containers();
  for (const job of JOBS) {
    await check(`${job} has ended well`, async () => {
      assert.deepEqual([all.get(job)?.State.Status, all.get(job)?.State.ExitCode], ['exited', 0]);
    });
  }
  for (const name of [...SERVICES, ...STORES]) {
    await check(`${name} runs hardened`, () => runsHardened(name, all.get(name)));
  }
  await check('only the gateway is published, on loopback', async () => {
    const published = [...all].flatMap(([name, { NetworkSettings }]) =>
      Object.values(NetworkSettings.Ports).flatMap((ports) =>
        (ports ?? []).map(({ HostIp }) => `${name} ${HostIp}`),
      ),
    );
    assert.deepEqual(published, ['gateway 127.0.0.1']);
  });
}

async function runsHardened(name: string, found: Container | undefined): Promise<void> {
  assert.ok(found, 'it has no container');
  const { HostConfig } = found;
  assert.equal(HostConfig.ReadonlyRootfs, true, 'its root file system can be written to');
  assert.deepEqual(HostConfig.CapDrop, ['ALL']);
  assert.ok(HostConfig.SecurityOpt?.includes('no-new-privileges:true'), 'it may gain privileges');
  assert.ok(HostConfig.Memory > 0, 'its memory has no limit');
  assert.equal(HostConfig.Privileged, false);
  const users = (await docker('top', found.Id, '-eo', 'pid,uid'))
    .split('\n')
    .slice(1)
    .map((line) => Number(line.trim().split(/ +/)[1]));
  assert.ok(users.length > 0 && users.every((user) => user > 0), `its processes run as ${users.join(', ')}`);
  const write = docker('exec', found.Id, 'sh', '-c', 'echo > /etc/probe');
  await assert.rejects(write, /[Rr]ead-only file system/, `${name} could write to /etc`);
}

async function answer(): Promise<void> {
  await demand('the sample corpus goes in through the topic', async () => {
    const told = await compose(
      'run',
      '--rm',
      'cli',
      'ingest',
      '/documents',
      '--source',
      'tidewater',
      '--json',
    );
    const { indexed, skipped, seconds } = JSON.parse(told.split('\n').at(-1) ?? '');
    note(`${indexed} documents searchable in ${seconds} s`);
    assert.ok(indexed >= 60, `only ${indexed} documents were indexed`);
    assert.deepEqual(skipped, []);
  });
  await demand('a question is answered from the right document', asksWell);
  await check('the page is served', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  });
  await check('a new document is answered from', async () =>
    codeIs(4711, 8250, await caller.write(code(4711))),
  );
}

async function outage({ victim, seenBy, canAsk }: (typeof OUTAGES)[number]): Promise<void> {
  const { Id } = await container(victim);
  await docker('kill', Id);
  for (const [teller, dependency] of seenBy) {
    await check(`${victim} is down: /readyz of ${teller} names ${dependency}`, () =>
      until(
        async () => {
          const told = await stack.readiness(teller);
          assert.match(told, new RegExp(`"${dependency}":"FRESHET_`), told);
        },
        { timeoutMs: 30_000 },
      ),
    );
  }
  if (canAsk) await check(`${victim} is down: questions are answered all the same`, asksWell);
  else {
    await check(`${victim} is down: a question fails in bounded time, with a code`, () =>
      assert.rejects(caller.ask(question), ({ code, message }: Error & { code?: string }) => {
        assert.match(code ?? message, /^FRESHET_/);
        return true;
      }),
    );
  }
  const isReader = victim === 'ingestor';
  const watermark = isReader ? await caller.write(code(3003)) : '';
  await check(`${victim} is down: no other container ends or restarts`, () => allRun(victim));
  await docker('start', Id);
  await check(`${victim} is back: the fleet is ready by itself`, () =>
    until(async () => {
      await isReady();
      for (const service of SERVICES) assert.equal(await stack.readiness(service), 'ok');
    }, READY),
  );
  await check(`${victim} is back: questions are answered`, () => until(asksWell, { timeoutMs: 30_000 }));
  if (isReader) {
    // The session of the member that was killed has to run out before another one reads its partitions.
    await check('what was written meanwhile is answered from', () =>
      until(() => codeIs(3003, 4711, watermark), { timeoutMs: 90_000 }),
    );
  }
}

async function allRun(...except: string[]): Promise<void> {
  const all = await stack.containers();
  for (const name of [...SERVICES, ...STORES].filter((each) => !except.includes(each))) {
    const found = all.get(name);
    assert.deepEqual(
      { status: found?.State.Status, restarts: found?.RestartCount, outOfMemory: found?.State.OOMKilled },
      { status: 'running', restarts: 0, outOfMemory: false },
      name,
    );
  }
}

async function change(): Promise<void> {
  await check('after the kills: a changed document is answered from', async () => {
    const watermark = await caller.write(code(8250));
    await until(() => codeIs(8250, 3003, watermark), { timeoutMs: 90_000 });
  });
  await check('after the kills: a deleted document is gone', async () => {
    const watermark = await caller.delete('compose-test', 'pilot-code');
    await until(async () => {
      const gone = await caller.ask('What is the harbour pilot code of Brackwater?', watermark).then(
        ({ cited }) => !cited.includes('pilot-code'),
        // Nothing is left to answer from.
        ({ message }: Error) => /abstained/.test(message),
      );
      assert.ok(gone, 'the answer still cites it');
    }, READY);
  });
}

async function fakeBedrock(): Promise<void> {
  const files = ['--env-file', '.env', '--env-file', 'deploy/compose/fake-bedrock.env'];
  const { GENERATION_MODEL } = parseEnv(
    await readFile(join(root, 'deploy', 'compose', 'fake-bedrock.env'), 'utf8'),
  );
  const before = await container('opensearch');
  await check('fake-bedrock.env leads to answers of the model, cited', async () => {
    await compose(...files, 'up', '--detach');
    await until(isReady, READY);
    const { text, cited, model } = await until(() => caller.ask(question), { timeoutMs: 30_000 });
    assert.equal(model, GENERATION_MODEL);
    assert.ok(cited.length > 0, `nothing is cited: ${text}`);
    assert.equal((await container('opensearch')).Id, before.Id, 'stores were made anew');
  });
  await check('fake-bedrock runs hardened', async () =>
    runsHardened('fake-bedrock', await container('fake-bedrock')),
  );
}

async function stop(): Promise<void> {
  await check('every service ends by itself on SIGTERM', async () => {
    await compose('--profile', '*', 'stop');
    const all = await stack.containers();
    const codes = SERVICES.map((name) => [name, all.get(name)?.State.ExitCode]);
    assert.deepEqual(
      codes,
      SERVICES.map((name) => [name, 0]),
    );
  });
  await check('nothing is left: containers, networks, volumes', async () => {
    await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5');
    const filter = ['--quiet', '--filter', `label=com.docker.compose.project=freshet-${tag}`];
    const left = [
      await docker('ps', '--all', ...filter),
      await docker('volume', 'ls', ...filter),
      await docker('network', 'ls', ...filter),
    ];
    assert.deepEqual(left, ['', '', '']);
  });
}

async function takeDown(): Promise<void> {
  await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5').catch(() => '');
  await docker('image', 'rm', ...IMAGES.map((name) => `freshet/${name}:${tag}`)).catch(() => '');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void takeDown().finally(() => process.exit(1)));
}
try {
  await build();
  await start();
  await answer();
  for (const each of OUTAGES) await outage(each);
  await change();
  await fakeBedrock();
  await checkObservability(report, stack, { prometheusPort, jaegerPort, ask: asksWell });
  await check('no container restarts in a loop', () => allRun());
  await stop();
} catch (error) {
  console.log((error as Error).message);
  // For whoever has to find out why; also when a check is the first to know.
  console.log(await compose('ps', '--all').catch(() => ''));
  console.log(await compose('logs', '--no-color', '--tail', '15').catch(() => ''));
} finally {
  await caller.close();
  await takeDown();
}
const { line, exitCode } = report.finish();
console.log(line);
process.exitCode = exitCode;
