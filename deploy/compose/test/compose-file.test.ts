import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { chunkIndexConfig } from '@freshet/chunk-index/open';
import { eventLogConfig } from '@freshet/event-log/open';
import { GatewayConfig } from '@freshet/gateway/config';
import { GeneratorConfig } from '@freshet/generator/config';
import { IngestorConfig } from '@freshet/ingestor/config';
import { embedderConfig } from '@freshet/models/open-embedder';
import { RetrieverConfig } from '@freshet/retriever/config';
import { parse } from 'yaml';

interface Service {
  image: string;
  profiles?: string[];
  build?: { args: Record<string, string> };
  user?: string;
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  environment?: Record<string, string | null>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { resources: { limits: { memory?: string } } };
  logging?: unknown;
}

const root = join(import.meta.dirname, '..', '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const text = read('docker-compose.yml');
const { services, networks } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
};
const pinned = parseEnv(read('.env')) as Record<string, string>;
const example = read('.env.example');
/** Variables that the example shows, set or commented out. */
const explained = new Set([...example.matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!));
const all = Object.entries(services);
const isOurs = ({ image }: Service) => image.startsWith('freshet/');
/** Something that ends by itself. */
const isJob = ({ restart }: Service) => restart === 'no';

for (const [name, service] of all) {
  test(`${name} is pinned, limited and hardened`, () => {
    const variables = [...service.image.matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => variable!);
    assert.equal(variables.length, 1, `its image ${service.image} is to be named by one variable of .env`);
    const version = pinned[variables[0]!];
    assert.ok(version, `.env does not pin ${variables[0]}`);
    assert.doesNotMatch(version, /latest$/);
    if (!isOurs(service)) assert.match(version, /^[\w./-]+:.+$/, 'it has no tag');

    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    assert.match(service.deploy?.resources.limits.memory ?? '', /^\d+[mg]$/, 'its memory has no limit');
    assert.ok(service.logging, 'its logs grow without bound');
    // Ours say so in the Dockerfile.
    if (!isOurs(service)) assert.match(service.user ?? '', /^[1-9]\d*:/, 'it may run as root');
    if (isJob(service)) return;
    assert.equal(service.restart, 'unless-stopped');
    // Nothing waits for what only watches; and some of those images hold no program to check with.
    if (service.profiles?.includes('observability')) return;
    assert.ok(service.healthcheck?.test, 'it has no health check');
  });

  test(`${name} waits for what it needs to be healthy, or done`, () => {
    for (const [dependency, { condition }] of Object.entries(service.depends_on ?? {})) {
      const wanted = isJob(services[dependency]!) ? 'service_completed_successfully' : 'service_healthy';
      assert.equal(condition, wanted, dependency);
    }
  });
}

test('topics and index are made before whoever uses them starts', () => {
  const needs = (name: string) => Object.keys(services[name]?.depends_on ?? {}).sort();
  assert.deepEqual(needs('topics'), ['kafka']);
  assert.deepEqual(needs('index'), ['opensearch']);
  assert.deepEqual(needs('ingestor'), ['index', 'topics']);
  assert.deepEqual(needs('retriever'), ['index']);
  assert.deepEqual(needs('gateway'), ['generator', 'ingestor', 'retriever', 'topics']);
});

test('only the gateway and what watches are published, on loopback unless told otherwise, and stores have no way out', () => {
  const published = all.filter(([, { ports }]) => ports);
  assert.deepEqual(
    published.filter(([, { profiles }]) => !profiles).map(([name]) => name),
    ['gateway'],
  );
  for (const [name, { profiles, ports = [] }] of published) {
    if (profiles) for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of compose
  assert.deepEqual(services['gateway']?.ports, ['${GATEWAY_ADDRESS:-127.0.0.1}:${GATEWAY_PORT:-8080}:8080']);
  assert.equal(networks['data']?.internal, true);
});

test('every image of ours is a stage of the Dockerfile, and runs as a number other than 0', () => {
  const dockerfile = read('Dockerfile');
  for (const [name, service] of all.filter(([, each]) => isOurs(each))) {
    const stage = service.build?.args['SERVICE'];
    assert.ok(stage, `${name} is not built with a SERVICE`);
    assert.match(dockerfile, new RegExp(`^FROM \\w+ AS ${stage}$`, 'm'));
    assert.equal(service.image.split(/[/:]/)[1], stage);
  }
  assert.match(dockerfile, /^USER [1-9]\d*:[1-9]\d*$/m);
});

/** Read by SDKs and by the command line, not by a schema. */
const ELSEWHERE = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'FRESHET_API_KEY',
  'FRESHET_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];
/** Given by the image, or without effect beside Kafka and OpenSearch. */
const OF_THE_IMAGE = ['HOST', 'PORT', 'DATA_DIR'];

for (const [name, known] of [
  ['gateway', GatewayConfig.properties],
  ['ingestor', IngestorConfig.properties],
  ['retriever', RetrieverConfig.properties],
  ['generator', GeneratorConfig.properties],
  ['cli', { LOG_LEVEL: {}, ...eventLogConfig, ...chunkIndexConfig, ...embedderConfig }],
] as const) {
  const given = Object.keys(services[name]?.environment ?? {});

  test(`${name} knows every variable that compose gives it`, () => {
    const unknown = given.filter((variable) => !(variable in known) && !ELSEWHERE.includes(variable));
    assert.deepEqual(unknown, []);
  });

  test(`compose hands every variable of ${name} through`, () => {
    const missing = Object.keys(known).filter(
      (variable) => !given.includes(variable) && !OF_THE_IMAGE.includes(variable),
    );
    assert.deepEqual(missing, [], 'name them in docker-compose.yml, without a value where they need none');
  });
}

test('fake-bedrock knows every variable that compose gives it', () => {
  const source = read('packages', 'testkit', 'fake-bedrock', 'server.ts');
  const unknown = Object.keys(services['fake-bedrock']?.environment ?? {}).filter(
    (variable) => !source.includes(`  ${variable}: Type.`),
  );
  assert.deepEqual(unknown, []);
});

test('every variable that the compose file fills in is pinned in .env or explained in .env.example', () => {
  const filledIn = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
  filledIn.delete('COMPOSE_PROJECT_NAME');
  assert.deepEqual(
    [...filledIn].filter((name) => !(name in pinned) && !explained.has(name)),
    [],
  );
  // Without a default and without a pin, compose would put nothing there.
  const bare = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
  assert.deepEqual(
    bare.filter((name) => !(name in pinned)),
    [],
  );
});

test('.env.example and the env files of profiles name no variable that nothing reads', () => {
  const readByCompose = new Set([
    ...[...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!),
    ...all.flatMap(([, { environment = {} }]) => Object.keys(environment)),
    'COMPOSE_PROFILES',
  ]);
  const files = [
    read('deploy', 'compose', 'fake-bedrock.env'),
    read('deploy', 'observability', 'observability.env'),
  ];
  const named = [...explained, ...files.flatMap((file) => Object.keys(parseEnv(file)))];
  assert.deepEqual(
    named.filter((name) => !readByCompose.has(name)),
    [],
  );
});

test('docker compose accepts the file, with and without its profiles', (t) => {
  const compose = (...args: string[]) =>
    spawnSync('docker', ['compose', ...args], { cwd: root, encoding: 'utf8' });
  if (compose('version').status !== 0) return t.skip('the compose plugin is not installed');
  for (const file of [
    undefined,
    'deploy/compose/fake-bedrock.env',
    'deploy/observability/observability.env',
  ]) {
    const files = file ? ['--env-file', '.env', '--env-file', file] : [];
    const { status, stderr } = compose(...files, '--profile', '*', 'config', '--quiet');
    // Warnings too: an unset variable is one.
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  }
});
