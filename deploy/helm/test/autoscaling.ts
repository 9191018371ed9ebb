import assert from 'node:assert/strict';
import { createFreshetClient } from '@freshet/cli/client';
import { decodeWatermark } from '@freshet/shared/contracts';
import { until } from '@freshet/testkit/until';
import type { Report } from '../../test/report.ts';
import { has } from './chart.ts';

/** By the processor; the ingestor is scaled by what waits for it. */
const SCALED_BY_PROCESSOR = ['gateway', 'retriever', 'generator'];
const SOURCE = 'harbour';
const BATCH = 50;
/** Documents that wait before more are written: several times KEDA's threshold. */
const BACKLOG = 100;
const LAG_THRESHOLD = 20;
const REACTION = { timeoutMs: 300_000, everyMs: 2_000 };
const DRAINING = { timeoutMs: 900_000, everyMs: 2_000 };

export interface ReleaseUnderTest {
  url: string;
  kubectl(...args: string[]): Promise<string>;
  /** Upgrades the release to its values and these over them, by path, and waits until its pods are ready. */
  upgrade(settings: Record<string, object>): Promise<void>;
}

/** What scales the fleet, where the cluster has metrics-server and KEDA. */
export async function checkAutoscaling(report: Report, release: ReleaseUnderTest): Promise<void> {
  if (await has('kubectl', 'get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes')) {
    await report.check('autoscalers know how much processor is used', () => knowProcessorUse(release));
  } else report.note('SKIPPED autoscaling by processor: the cluster has no metrics-server');
  if (await hasKeda()) {
    await report.check('KEDA scales the ingestor out by its lag, and in again; all is indexed', () =>
      followsLag(report, release),
    );
  } else report.note('SKIPPED autoscaling by lag: the cluster has no KEDA (scaledobjects.keda.sh)');
}

/** Whether the cluster knows KEDA's objects. */
export const hasKeda = () => has('kubectl', 'get', 'customresourcedefinition', 'scaledobjects.keda.sh');

async function knowProcessorUse({ kubectl, upgrade }: ReleaseUnderTest): Promise<void> {
  const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 1 };
  await upgrade(
    Object.fromEntries(SCALED_BY_PROCESSOR.map((name) => [`components.${name}.autoscaling`, autoscaling])),
  );
  for (const name of SCALED_BY_PROCESSOR) {
    await until(async () => {
      const metric = '{.status.currentMetrics[0].resource.current.averageUtilization}';
      const use = await kubectl('get', 'hpa', `freshet-${name}`, '--output', `jsonpath=${metric}`);
      assert.match(use, /^\d+$/, `the autoscaler of ${name} does not know the use`);
    }, REACTION);
  }
}

async function followsLag({ note }: Report, { url, kubectl, upgrade }: ReleaseUnderTest): Promise<void> {
  await upgrade({
    keda: { enabled: true, minReplicas: 1, maxReplicas: 3, lagThreshold: LAG_THRESHOLD, cooldownSeconds: 15 },
  });
  await kubectl('wait', 'scaledobject/freshet-ingestor', '--for=condition=Ready', '--timeout=180s');
  const backlog = openBacklog(url);
  const replicas = async (field: string) =>
    Number(await kubectl('get', 'deployment/freshet-ingestor', '--output', `jsonpath={.status.${field}}`));
  try {
    // However fast documents are embedded: more come until pods do.
    await until(async () => {
      if ((await backlog.behind()) < BACKLOG) await backlog.write(BATCH);
      assert.ok((await replicas('readyReplicas')) > 1, `one pod, ${await backlog.behind()} documents behind`);
    }, REACTION);
    note(`${await replicas('readyReplicas')} pods after ${backlog.written.size} documents`);
    await until(async () => assert.equal(await backlog.behind(), 0, 'documents behind'), DRAINING);
    await until(async () => assert.equal(await replicas('replicas'), 1, 'pods'), REACTION);
    assert.deepEqual(await backlog.indexed(), backlog.written);
    for (const documentId of [...backlog.written].filter((_, i) => i % BATCH === 0))
      assert.ok(await backlog.finds(documentId), `${documentId} is not found`);
  } finally {
    await backlog.close();
  }
}

/** Documents that are written faster than they can be embedded. */
function openBacklog(url: string) {
  const client = createFreshetClient({ url });
  const signal = () => AbortSignal.timeout(60_000);
  const written = new Set<string>();
  const ends = new Map<number, number>();
  return {
    written,
    async write(count: number): Promise<void> {
      const documents = Array.from({ length: count }, (_, i) => describeVessel(written.size + i));
      const { refused, watermark } = await client.write(documents, signal());
      assert.deepEqual(refused, []);
      for (const { documentId } of documents) written.add(documentId);
      for (const [partition, end] of decodeWatermark(watermark)) ends.set(partition, end);
    },
    /** @returns how many of the documents written here are not searchable yet. */
    async behind(): Promise<number> {
      const current = decodeWatermark((await client.status(signal())).watermark);
      const lags = [...ends].map(([partition, end]) => Math.max(0, end - (current.get(partition) ?? 0)));
      return lags.reduce((sum, lag) => sum + lag, 0);
    },
    async indexed(): Promise<Set<string>> {
      const found = new Set<string>();
      for await (const { documentId } of client.list(SOURCE, signal())) found.add(documentId);
      return found;
    },
    async finds(documentId: string): Promise<boolean> {
      const request = { query: `Where does the ${documentId} berth?`, filter: { sources: [SOURCE] } };
      const { passages } = await client.search(request, signal());
      return passages.some((passage) => passage.documentId === documentId);
    },
    close: () => client.close(),
  };
}

/** A document of several chunks. */
function describeVessel(number: number) {
  const documentId = `vessel${number}`;
  const sections = ['Berth', 'Cargo', 'Crew', 'Tides', 'Dues'].map((topic, i) => {
    const sentences = Array.from(
      { length: 12 },
      (_, j) => `${topic} of the ${documentId}: line ${j} is ${number + i * j}.`,
    );
    return `## ${topic}\n\nThe ${documentId} berths at quay ${number}. ${sentences.join(' ')}`;
  });
  return {
    source: SOURCE,
    documentId,
    mediaType: 'text/markdown' as const,
    content: `# The ${documentId}\n\n${sections.join('\n\n')}\n`,
  };
}
