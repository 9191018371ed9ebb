import { join } from 'node:path';
import { run } from '../../test/run.ts';

const root = join(import.meta.dirname, '..', '..', '..');
export const chart = join(root, 'deploy', 'helm', 'freshet');

/** Versions of Kubernetes that the chart is held against. */
export const KUBERNETES = '1.34.0';

/** What the chart is rendered with: the files for users, and options that they leave out. */
export const variants: Record<string, string[]> = {
  local: ['--values', join(chart, 'values-local.yaml')],
  eks: ['--values', join(chart, 'values-eks.yaml')],
  'every option': [
    ...['--values', join(chart, 'values-local.yaml')],
    ...['--set', 'engines.fakeBedrock.enabled=true,engines.storageClass=standard'],
    ...['--set', 'keda.enabled=true,httpRoute.enabled=true,ingress.enabled=true'],
    ...['--set', 'httpRoute.parentRefs[0].name=public,ingress.hosts[0]=freshet.example.com'],
    ...['--set', 'monitoring.serviceMonitor.enabled=true,monitoring.prometheusRule.enabled=true'],
    ...['--set', 'components.gateway.autoscaling.enabled=true,image.pullSecrets[0]=registry'],
    ...['--set', 'cdc.existingConfigMap=cdc'],
    ...['--set', 'connectors.existingSecret=connectors'],
    ...['--set', 'modelRoutes.default=fast,modelRoutes.routes.fast.provider=bedrock'],
    ...['--set', 'modelRoutes.routes.fast.model=anthropic.claude-haiku-4-5-20251001-v1:0'],
    ...['--set', 'prompts.default.system\\.md=Answer briefly.'],
    ...['--set', 'networkPolicy.gatewayFrom[0].namespaceSelector.matchLabels.a=b'],
  ],
};

export function template(args: readonly string[]): Promise<string> {
  return run('helm', [
    'template',
    'release',
    chart,
    '--namespace',
    'space',
    '--kube-version',
    KUBERNETES,
    ...args,
  ]);
}

/** Whether a program answers here. */
export async function has(program: string, ...args: string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}
