import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import type { Report } from '../../test/report.ts';
import { run } from '../../test/run.ts';
import { chart, has, KUBERNETES, template, variants } from './chart.ts';

interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
  resources?: { requests?: object; limits?: { memory?: string } };
  securityContext?: { readOnlyRootFilesystem?: boolean; capabilities?: { drop?: string[] } };
}

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    template?: { spec: PodSpec; metadata: { labels: Record<string, string> } };
    podSelector?: { matchLabels: Record<string, string> };
    policyTypes?: string[];
    triggers?: { metadata: Record<string, string> }[];
  } & Partial<PodSpec>;
}

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  automountServiceAccountToken?: boolean;
  securityContext?: { runAsNonRoot?: boolean; seccompProfile?: { type: string } };
}

/** What needs no cluster: the chart is rendered with every set of values, and looked at. */
export async function checkRendering(report: Report): Promise<void> {
  const { check, note } = report;
  for (const [name, args] of Object.entries(variants)) {
    await check(`${name}: helm lint`, () => run('helm', ['lint', '--strict', chart, ...args]));
    await check(`${name}: every object fits the schema of Kubernetes ${KUBERNETES}`, async () => {
      const schemas = process.env['KUBECONFORM_SCHEMAS'];
      if (!(await has('kubeconform', '-v'))) return note('SKIPPED: no kubeconform on PATH');
      const location = schemas ? ['-schema-location', schemas] : [];
      const flags = ['-strict', '-summary', '-ignore-missing-schemas', '-kubernetes-version', KUBERNETES];
      note((await run('kubeconform', [...flags, ...location, '-'], { input: await template(args) })).trim());
    });
    await check(`${name}: every pod is restricted, limited, and has no token`, async () => {
      for (const { kind, metadata, spec } of await render(args)) {
        const pod = kind === 'Pod' ? (spec as PodSpec) : spec?.template?.spec;
        if (!pod) continue;
        assert.equal(pod.securityContext?.runAsNonRoot, true, metadata.name);
        assert.equal(pod.securityContext?.seccompProfile?.type, 'RuntimeDefault', metadata.name);
        assert.equal(pod.automountServiceAccountToken, false, metadata.name);
        for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
          const where = `${metadata.name}/${container.name}`;
          assert.equal(container.securityContext?.readOnlyRootFilesystem, true, where);
          assert.deepEqual(container.securityContext?.capabilities?.drop, ['ALL'], where);
          if (container.name !== 'copy') assert.ok(container.resources?.limits?.memory, where);
        }
      }
    });
    await check(`${name}: every pod is under a policy that denies what is not named`, async () => {
      const manifests = await render(args);
      const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
      for (const { metadata, spec } of manifests) {
        const labels = spec?.template?.metadata.labels;
        if (!labels) continue;
        const covering = policies.filter(({ spec }) =>
          Object.entries(spec.podSelector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
        );
        const types = new Set(covering.flatMap(({ spec }) => spec.policyTypes ?? []));
        assert.deepEqual([...types].sort(), ['Egress', 'Ingress'], metadata.name);
      }
    });
  }

  await check('a change of configuration rolls the pods, a change of nothing does not', async () => {
    const pods = async (...more: string[]) => {
      const rendered = await render([...(variants['local'] ?? []), ...more]);
      return rendered.flatMap(({ kind, spec }) =>
        kind === 'Deployment' ? JSON.stringify(spec.template) : [],
      );
    };
    assert.deepEqual(await pods(), await pods());
    const before = await pods();
    for (const change of [
      'config.LOG_LEVEL=debug',
      'secrets.values.INTERNAL_TOKEN_SECRET=another-secret-that-is-long-enough-for-it',
    ]) {
      const after = await pods('--set', change);
      assert.ok(
        after.every((pod, i) => pod !== before[i]),
        change,
      );
    }
  });

  await check("KEDA is given a name of the release's Kafka that holds in its own namespace", async () => {
    const manifests = await render(variants['every option'] ?? []);
    const triggers = manifests.flatMap(({ spec }) => spec?.triggers ?? []);
    const brokers = triggers.map(({ metadata }) => metadata['bootstrapServers']);
    assert.deepEqual(brokers, ['release-kafka.space.svc:9092']);
  });

  for (const [what, args, reason] of [
    ['a fleet without a secret', ['--set', 'secrets.values=null'], /INTERNAL_TOKEN_SECRET/],
    ['a gateway open to everybody by omission', ['--set', 'apiKeys.allowAnonymous=false'], /apiKeys/],
    ['a fleet without brokers', ['--set', 'engines.kafka.enabled=false'], /KAFKA_BROKERS/],
    ['a fleet without an index', ['--set', 'engines.opensearch.enabled=false'], /OPENSEARCH_NODES/],
    [
      'a grace period that cuts streams',
      ['--set', 'defaults.terminationGracePeriodSeconds=60'],
      /streams are cut/,
    ],
    ['a misspelt value', ['--set', 'components.gatway.replicas=2'], /gatway/],
  ] as const) {
    await check(`${what} is refused, with the value named`, () =>
      assert.rejects(template([...(variants['local'] ?? []), ...args]), reason),
    );
  }
}

async function render(args: readonly string[]): Promise<Manifest[]> {
  const documents = parseAllDocuments(await template(args));
  return documents.flatMap((document) => (document as { toJSON(): Manifest | null }).toJSON() ?? []);
}
