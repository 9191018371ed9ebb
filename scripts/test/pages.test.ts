import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chartPage } from '../chart-page.ts';
import { configurationPage } from '../configuration-page.ts';
import { errorsPage } from '../errors-page.ts';

for (const [name, page] of [
  ['docs/configuration.md', configurationPage()],
  ['docs/errors.md', errorsPage()],
  ['deploy/helm/freshet/README.md', chartPage()],
] as const) {
  test(`${name} is what the code says`, async () => {
    const written = await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
    assert.equal(written, page, 'run make config-docs');
  });
}
