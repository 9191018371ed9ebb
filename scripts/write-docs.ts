import { writeFile } from 'node:fs/promises';
import { chartPage } from './chart-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { metricsPage } from './metrics-page.ts';

/** Writes the pages that come from the code: `make config-docs`. */
const docs = new URL('../docs/', import.meta.url);
await writeFile(new URL('configuration.md', docs), configurationPage());
await writeFile(new URL('errors.md', docs), errorsPage());
await writeFile(new URL('metrics.md', docs), metricsPage());
await writeFile(new URL('../deploy/helm/freshet/README.md', docs), chartPage());
