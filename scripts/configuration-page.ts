import { GatewayConfig } from '@freshet/gateway/config';
import { GeneratorConfig } from '@freshet/generator/config';
import { IngestorConfig } from '@freshet/ingestor/config';
import { RetrieverConfig } from '@freshet/retriever/config';
import { StandaloneConfig } from '@freshet/standalone/config';
import type { TObject } from 'typebox';

interface Variable {
  type?: string;
  anyOf?: { const: unknown }[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
}

const services: [name: string, about: string, schema: TObject][] = [
  [
    'standalone',
    'All four services in one process, as `make start` runs them. Every variable of the four works here too, but for those that it sets itself: ports, URLs and the internal secret.',
    StandaloneConfig,
  ],
  ['gateway', 'The public edge.', GatewayConfig],
  ['ingestor', 'From the document log to the index.', IngestorConfig],
  ['retriever', 'From a question to passages.', RetrieverConfig],
  ['generator', 'From passages to an answer.', GeneratorConfig],
];

/** docs/configuration.md: every variable of every service, from the schemas that check them. */
export function configurationPage(): string {
  const sections = services.map(([name, about, schema]) => `## ${name}\n\n${about}\n\n${table(schema)}`);
  return `# Configuration

Every service reads its variables from the environment, checks them at start, and names what is wrong in one line. An
empty variable counts as not set. This page is written from the schemas by \`make config-docs\`; a test finds it current.

${sections.join('\n\n')}

## Elsewhere

| variable | default | meaning |
|---|---|---|
| \`FRESHET_CACHE_DIR\` | \`$XDG_CACHE_HOME/freshet\` or \`~/.cache/freshet\` | Where model weights are kept, in \`models/\`. |
| \`FRESHET_URL\` | \`http://127.0.0.1:8080\` | The gateway that the command line talks to. |
| \`FRESHET_API_KEY\` | | The key that the command line sends. |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | | Turns OpenTelemetry on; all other \`OTEL_*\` variables of the SDK work as documented there. See [observability.md](observability.md). |
`;
}

function table(schema: TObject): string {
  const required = new Set(schema.required as string[] | undefined);
  const rows = Object.entries(schema.properties as Record<string, Variable>).map(([name, variable]) => {
    const fallback =
      variable.default === undefined
        ? required.has(name)
          ? 'required'
          : ''
        : `\`${JSON.stringify(variable.default)}\``;
    return `| \`${name}\` | ${allowed(variable)} | ${fallback} | ${(variable.description ?? '').replaceAll('|', '\\|')} |`;
  });
  return ['| variable | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function allowed({ type, anyOf, minimum, maximum, minLength }: Variable): string {
  if (anyOf) return anyOf.map((option) => String(option.const)).join(', ');
  if (minimum !== undefined) return `${type}, ${minimum} to ${maximum ?? '…'}`;
  return minLength === undefined ? String(type) : `${type}, ${minLength} characters or more`;
}
