import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@freshet/testkit/until';
import { type Caller, createCaller } from '../../test/caller.ts';
import type { Report } from '../../test/report.ts';
import { run } from '../../test/run.ts';
import { checkAutoscaling, hasKeda } from './autoscaling.ts';
import { chart, variants } from './chart.ts';

const COMPONENTS = ['gateway', 'retriever', 'generator', 'ingestor'];
const WAIT = { timeoutMs: 180_000 };
const release = 'freshet';
/** A program for `node --eval`: whether a port can be reached within three seconds. */
const connect = `
  const socket = require('node:net').connect(Number(process.argv[2]), process.argv[1]);
  socket.setTimeout(3000, () => process.exit(1)).on('error', () => process.exit(1)).on('connect', () => process.exit(0));
`;
const question = 'When does the ferry to Skerry leave?';
const document = (content: string) => ({
  source: 'timetable',
  documentId: 'ferry',
  mediaType: 'text/plain' as const,
  content,
});

/** Installs the chart with its local values on the cluster of KUBECONFIG, lives with it, and takes it away again. */
export async function checkCluster(report: Report): Promise<void> {
  const { check, note } = report;
  const namespace = `freshet-test-${randomBytes(3).toString('hex')}`;
  const kubectl = (...args: string[]) => run('kubectl', ['--namespace', namespace, ...args]);
  const tag = process.env['FRESHET_IMAGE_TAG'];
  const values = [...(variants['local'] ?? []), ...(tag ? ['--set-string', `image.tag=${tag}`] : [])];
  const helm = (action: string, ...args: string[]) =>
    run('helm', [action, release, '--namespace', namespace, ...args]);
  const rollout = (name: string) => kubectl('rollout', 'status', name, '--timeout', '240s');
  async function upgrade(settings: Record<string, object | string>): Promise<void> {
    const args = Object.entries(settings).flatMap(([path, value]) => [
      '--set-json',
      `${path}=${JSON.stringify(value)}`,
    ]);
    await helm('upgrade', chart, ...values, ...args);
    for (const component of COMPONENTS) await rollout(`deployment/freshet-${component}`);
  }

  await run('kubectl', ['create', 'namespace', namespace]);
  await run('kubectl', ['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  let caller: Caller | undefined;
  try {
    const isUp = await check('installs, and every component becomes ready', async () => {
      await run('helm', ['install', release, chart, '--namespace', namespace, ...values]);
      for (const engine of ['kafka', 'opensearch', 'valkey']) await rollout(`statefulset/freshet-${engine}`);
      for (const component of COMPONENTS) await rollout(`deployment/freshet-${component}`);
    });
    if (!isUp) {
      note(await kubectl('get', 'pods', '--output', 'wide'));
      note(await kubectl('get', 'events', '--sort-by', '.lastTimestamp').then((text) => text.slice(-3000)));
      return;
    }
    await check('helm test asks, and gets the answer', () => helm('test', '--timeout', '120s'));

    const address = await kubectl(
      'get',
      'service',
      'freshet-gateway',
      '--output',
      'jsonpath={.spec.clusterIP}',
    );
    const url = `http://${address}:8080`;
    const asking = createCaller(url);
    caller = asking;
    await check(
      'a question through the Service is answered from a document that was just written',
      async () => {
        const watermark = await asking.write(document('The ferry to Skerry leaves at six in the morning.'));
        const answer = await asking.ask(question, watermark);
        assert.match(answer.text, /six/);
        assert.deepEqual(answer.cited, ['ferry']);
      },
    );

    if (process.env['NETWORK_POLICIES'] === 'enforced') {
      await check('a service reaches what it needs, and nothing else', async () => {
        const reaches = (from: string, target: string) =>
          kubectl(
            'exec',
            `deployment/freshet-${from}`,
            '--',
            'node',
            '--eval',
            connect,
            ...target.split(':'),
          ).then(
            () => true,
            () => false,
          );
        const allowed = [
          ['retriever', 'freshet-opensearch:9200'],
          ['ingestor', 'freshet-kafka:9092'],
          ['gateway', 'freshet-generator:8083'],
          ['gateway', 'freshet-valkey:6379'],
        ] as const;
        for (const [from, target] of allowed) assert.ok(await reaches(from, target), `${from} to ${target}`);
        const denied = [
          ['generator', 'freshet-opensearch:9200'],
          ['generator', 'freshet-kafka:9092'],
          ['retriever', 'freshet-kafka:9092'],
          ['gateway', 'freshet-opensearch:9200'],
          ['ingestor', 'freshet-generator:8083'],
          ['retriever', 'freshet-valkey:6379'],
        ] as const;
        for (const [from, target] of denied)
          assert.ok(!(await reaches(from, target)), `${from} to ${target}`);
      });
    } else
      note('SKIPPED the edges of the network: set NETWORK_POLICIES=enforced where the cluster enforces them');

    await check('a rolling upgrade under load fails no request and cuts no stream', async () => {
      const load = startLoad(url);
      await upgrade({ 'config.LOG_LEVEL': 'debug' });
      await untilGone(kubectl);
      const { asked, failures } = await load.stop();
      note(`${asked} questions were asked meanwhile`);
      assert.deepEqual(failures, []);
      assert.ok(asked >= 20, 'enough questions to say so');
    });

    await check('the ingestor scales out and in while documents come, and none is lost', async () => {
      await kubectl('scale', 'deployment/freshet-ingestor', '--replicas', '3');
      await rollout('deployment/freshet-ingestor');
      const written: string[] = [];
      for (let i = 0; i < 30; i += 1) {
        written.push(
          await asking.write({ ...document(`Berth ${i} is for boat ${i}.`), documentId: `berth-${i}` }),
        );
        if (i === 15) await kubectl('scale', 'deployment/freshet-ingestor', '--replicas', '1');
      }
      for (const [i, watermark] of written.entries()) {
        if (i % 10 === 0)
          assert.match(
            (await asking.ask(`Which boat is berth ${i} for?`, watermark)).text,
            new RegExp(`${i}`),
          );
      }
      await rollout('deployment/freshet-ingestor');
    });

    await checkAutoscaling(report, {
      url,
      kubectl,
      upgrade: (settings) => upgrade({ 'config.LOG_LEVEL': 'debug', ...settings }),
    });

    await check('evicted pods come back, and the fleet answers', async () => {
      const selector = ['--selector', 'app.kubernetes.io/name=freshet'];
      const pods = await kubectl(
        'get',
        'pods',
        ...selector,
        '--field-selector',
        'status.phase=Running',
        '--output',
        'name',
      );
      for (const name of pods
        .split('\n')
        .filter((pod) => COMPONENTS.some((component) => pod.includes(component)))) {
        const pod = name.replace('pod/', '');
        const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
        const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
        await run('kubectl', ['create', '--raw', path, '--filename', '-'], {
          input: JSON.stringify(eviction),
        });
      }
      await pause(1_000);
      for (const component of COMPONENTS) await rollout(`deployment/freshet-${component}`);
      await until(async () => assert.match((await asking.ask(question)).text, /six/), WAIT);
    });

    await check('no container was restarted', async () => {
      const counts = await kubectl(
        'get',
        'pods',
        '--output',
        'jsonpath={range .items[*]}{.metadata.name}={.status.containerStatuses[*].restartCount} {end}',
      );
      const restarted = counts
        .split(' ')
        .filter((entry) => entry !== '' && !entry.endsWith('=0') && !/-(topics|index)-\d/.test(entry));
      assert.deepEqual(restarted, []);
    });

    await check('uninstall leaves nothing', async () => {
      await helm('uninstall', '--wait', '--timeout', '240s');
      await until(async () => {
        const kinds = `${(await hasKeda()) ? 'scaledobjects,' : ''}deployments,statefulsets,jobs,services,serviceaccounts,secrets,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,pods,persistentvolumeclaims`;
        assert.equal(
          await kubectl('get', kinds, '--selector', 'app.kubernetes.io/name=freshet', '--output', 'name'),
          '',
        );
      }, WAIT);
    });
  } finally {
    await caller?.close();
    await run('kubectl', ['delete', 'namespace', namespace, '--wait=false']);
  }
}

/** Several callers who ask again as soon as they have an answer; each stream must end with one. */
function startLoad(url: string, callers = 4) {
  const failures: string[] = [];
  let asked = 0;
  let isOver = false;
  async function askAgainAndAgain(): Promise<void> {
    const caller = createCaller(url);
    while (!isOver) {
      asked += 1;
      await caller.ask(question).catch((error: Error) => failures.push(error.message));
    }
    await caller.close();
  }
  const running = Array.from({ length: callers }, askAgainAndAgain);
  return {
    async stop() {
      isOver = true;
      await Promise.all(running);
      return { asked, failures };
    },
  };
}

/** Pods of the revision before serve until their streams have ended: the load goes on for as long. */
async function untilGone(kubectl: (...args: string[]) => Promise<string>): Promise<void> {
  await until(async () => {
    const terminating = await kubectl(
      'get',
      'pods',
      '--output',
      'jsonpath={.items[*].metadata.deletionTimestamp}',
    );
    assert.equal(terminating, '');
  }, WAIT);
}
