import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { question, startFleet } from './fleet.ts';
import { metricNames, namesIn, type Rule } from './promql.ts';
import { scrape } from './scrape.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

interface Dashboard {
  uid: string;
  title: string;
  panels: {
    id: number;
    type: string;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }[];
}

const folder = 'deploy/observability/grafana/dashboards/';
const dashboards: [string, Dashboard][] = await Promise.all(
  (await readdir(new URL(folder, root))).map(async (name) => [name, JSON.parse(await read(folder + name))]),
);
const rules: Rule[] = parse(await read('deploy/observability/rules.yaml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);

test('every metric and label that a panel or a rule names is one of a running fleet', async (t) => {
  const fleet = await startFleet(t);
  await fleet.write({ documentId: 'a', content: 'The tide is at seven.' });
  await (await fleet.ask(question('When is the tide?'))).text();
  const known = metricNames(await scrape(fleet), await read('docs/metrics.md'));
  for (const { record } of rules) if (record) known.set(record, new Set());
  // Prometheus itself makes this one, of each target.
  known.set('up', new Set());

  const expressions: [where: string, expression: string][] = [
    ...rules.map(({ record, alert, expr }): [string, string] => [record ?? alert ?? '', expr]),
    ...dashboards.flatMap(([name, { panels }]) =>
      panels.flatMap(({ title, targets }) =>
        targets.map(({ expr }): [string, string] => [`${name}: ${title}`, expr]),
      ),
    ),
  ];
  assert.ok(expressions.length > 60);
  for (const [where, expression] of expressions) {
    const { metrics, labels } = namesIn(expression);
    assert.ok(metrics.length > 0, `${where} names no metric: ${expression}`);
    // What Prometheus adds, and what the recording rules keep.
    const allowed = new Set(['le', 'job', 'instance', 'service', 'moment', 'route']);
    for (const metric of metrics) {
      const own = known.get(metric);
      assert.ok(own, `${where} names ${metric}, which no service has`);
      for (const label of own) allowed.add(label);
    }
    for (const label of labels) assert.ok(allowed.has(label), `${where} names the label ${label}`);
  }
});

test('dashboards are well-formed, and their panels stand beside each other', () => {
  assert.equal(new Set(dashboards.map(([, { uid }]) => uid)).size, dashboards.length);
  for (const [name, { uid, title, panels }] of dashboards) {
    assert.match(uid, /^freshet-[a-z]+$/);
    assert.ok(title.length > 0 && panels.length > 0, name);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, `${name} repeats an id`);
    const taken = new Set<string>();
    for (const panel of panels) {
      assert.ok(panel.title && panel.type && panel.targets.length > 0, `${name}: ${panel.title}`);
      const { x, y, w, h } = panel.gridPos;
      assert.ok(x + w <= 24, `${name}: ${panel.title} is wider than the page`);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          const cell = `${column},${row}`;
          assert.ok(!taken.has(cell), `${name}: ${panel.title} lies over another panel`);
          taken.add(cell);
        }
      }
    }
  }
});

test('every alert has a severity, a test, and an entry of the runbook that its link leads to', async () => {
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  const headings = new Set(
    [...(await read('docs/runbook.md')).matchAll(/^## (\S+)$/gm)].map(([, name]) => name),
  );
  const tests = await read('deploy/observability/rules.test.yaml');
  for (const { alert = '', labels, annotations } of alerts) {
    assert.match(labels?.['severity'] ?? '', /^(critical|warning)$/, alert);
    assert.ok(annotations?.['summary'], alert);
    assert.equal(annotations?.['runbook_url'], `docs/runbook.md#${alert.toLowerCase()}`);
    assert.ok(headings.delete(alert), `docs/runbook.md has no entry ${alert}`);
    assert.match(tests, new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n\\s+- exp_labels`), alert);
  }
  assert.deepEqual([...headings], [], 'the runbook names an alert that there is not');
});

test('configuration of collector, Prometheus and Grafana is YAML, and compose mounts files that are there', async () => {
  for (const name of ['prometheus.yaml', 'otel-collector.yaml', 'grafana/datasources.yaml']) {
    assert.ok(parse(await read(`deploy/observability/${name}`)), name);
  }
  const { services } = parse(await read('docker-compose.yml'), { merge: true });
  const watchers = Object.values<{ profiles?: string[]; volumes?: string[] }>(services).filter(
    ({ profiles }) => profiles?.includes('observability'),
  );
  assert.equal(watchers.length, 4);
  for (const volume of watchers.flatMap(({ volumes = [] }) => volumes)) {
    const [source = ''] = volume.split(':');
    if (source.startsWith('./')) await access(new URL(source, root));
  }
});
