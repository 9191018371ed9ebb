import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chartPage } from '../chart-page.ts';
import { configurationPage } from '../configuration-page.ts';
import { errorsPage } from '../errors-page.ts';
import { metricsPage } from '../metrics-page.ts';

for (const [name, page] of [
  ['docs/configuration.md', configurationPage()],
  ['docs/errors.md', errorsPage()],
  ['docs/metrics.md', metricsPage()],
  ['deploy/helm/freshet/README.md', chartPage()],
] as const) {
  test(`${name} is what the code says`, async () => {
    const written = await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
    assert.equal(written, page, 'run make config-docs');
  });
}

test('the chart carries the rules of deploy/observability', async () => {
  const read = (path: string) => readFile(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
  assert.equal(await read('helm/freshet/files/rules.yaml'), await read('observability/rules.yaml'));
});
