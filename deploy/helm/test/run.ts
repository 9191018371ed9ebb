/**
 * The chart, against a real cluster. `npm run test:helm`; the last line counts the checks.
 *
 *   --quick             what needs no cluster alone
 *   KUBECONFIG          the cluster; its nodes must have, or be able to pull, the images. Where it has metrics-server
 *                       and KEDA (in the namespace keda), autoscaling is tried too
 *   FRESHET_IMAGE_TAG   tag of the images freshet/*, the chart's by default
 *   NETWORK_POLICIES    `enforced` where the cluster enforces them: the edges are then tried
 *   KUBECONFORM_SCHEMAS where kubeconform finds schemas; its own default otherwise
 */
import { createReport } from '../../test/report.ts';
import { has } from './chart.ts';
import { checkCluster } from './cluster.ts';
import { checkRendering } from './render.ts';

const report = createReport((line) => console.log(line));
if (!(await has('helm', 'version'))) console.log('SKIPPED the chart: helm is not on PATH');
else {
  await checkRendering(report);
  if (process.argv.includes('--quick')) report.note('SKIPPED the cluster: --quick');
  else if (await has('kubectl', 'get', '--raw', '/readyz')) await checkCluster(report);
  else {
    await report.check('a cluster answers', async () => {
      throw new Error('kubectl reaches no cluster; set KUBECONFIG, or run with --quick');
    });
  }
}
const { line, exitCode } = report.finish();
console.log(line);
process.exitCode = exitCode;
