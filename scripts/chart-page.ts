import { readFileSync } from 'node:fs';
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

const chart = new URL('../deploy/helm/freshet/', import.meta.url);

interface Row {
  key: string;
  fallback: string;
  description: string;
}

/** deploy/helm/freshet/README.md: the table of the chart's values, from the comments in values.yaml that begin with two dashes. */
export function chartPage(): string {
  const document = parseDocument(readFileSync(new URL('values.yaml', chart), 'utf8'));
  const rows = collect(document.contents as YAMLMap, '');
  return `# The chart of Freshet

Four services, their Services, accounts, budgets and network policies, jobs that make topics and index, and on demand
autoscaling, routes, monitoring and engines for development. [../../README.md](../../README.md) goes from an empty AWS account to an answer.

\`\`\`sh
helm install freshet deploy/helm/freshet --values deploy/helm/freshet/values-local.yaml    # everything in one cluster
helm test freshet                                                                          # writes, asks, removes
\`\`\`

\`values-local.yaml\` brings Kafka, OpenSearch and Valkey along; \`values-eks.yaml\` has Amazon MSK, Amazon OpenSearch Service and Bedrock.
Values are checked against \`values.schema.json\`: a misspelt one is refused. Variables of the services go under \`config\`, as
[docs/configuration.md](../../../docs/configuration.md) has them; a change rolls the pods.

A pod that has to go first leaves the Service (\`preStopSeconds\`), then has half of \`SHUTDOWN_TIMEOUT_MS\` for its running
answers; \`terminationGracePeriodSeconds\` must be longer than both, or the chart is refused.

| value | default | what it is |
|---|---|---|
${rows.map(({ key, fallback, description }) => `| \`${key}\` | \`${fallback}\` | ${description} |`).join('\n')}

Each of \`components.gateway\`, \`.retriever\`, \`.generator\` and \`.ingestor\` takes \`port\` and all that \`defaults\` has. This page is
written by \`make config-docs\`; a test finds it current.
`;
}

function collect(map: YAMLMap, path: string): Row[] {
  return map.items.flatMap((pair, index) => {
    const { key, value } = pair as Pair<{ value: string; commentBefore?: string }, unknown>;
    const name = path === '' ? key.value : `${path}.${key.value}`;
    // The comment of a map's first key stands before the map.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const description = /^ ?-- ([\s\S]*)$/m.exec(comment ?? '')?.[1]?.replaceAll(/\n ?/g, ' ');
    if (description !== undefined)
      return [{ key: name, fallback: show(value), description: description.trim() }];
    return isMap(value) ? collect(value, name) : [];
  });
}

function show(value: unknown): string {
  if (isScalar(value)) return JSON.stringify(value.value);
  if (isMap(value) && value.items.length > 3) return '…';
  return JSON.stringify((value as { toJSON(): unknown }).toJSON());
}
