import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { configurationPage } from '../configuration-page.ts';
import { errorsPage } from '../errors-page.ts';
import { metricsPage } from '../metrics-page.ts';

for (const [name, page] of [
  ['configuration.md', configurationPage()],
  ['errors.md', errorsPage()],
  ['metrics.md', metricsPage()],
] as const) {
  test(`docs/${name} is what the code says`, async () => {
    const written = await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
    assert.equal(written, page, 'run make config-docs');
  });
}
