import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSample } from '@freshet/cli/sample';
import { freePorts } from '@freshet/testkit/free-ports';
import type { ModelAnswered, ModelMessage } from './model-process.ts';
import { type ProcessTimes, readProcessTimes } from './process-times.ts';
import { becomesReady, spawnService, stopProcess } from './service-process.ts';

const root = join(import.meta.dirname, '..');

const SERVICES = ['gateway', 'ingestor', 'retriever', 'generator'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ProcessFleet {
  /** The gateway. */
  url: string;
  /** What each service has used since its start. */
  times(): Promise<Record<ServiceName, ProcessTimes>>;
  /** Stops every process, and removes what they stored. */
  close(): Promise<void>;
}

export interface ProcessFleetOptions {
  /** Further variables of every service. */
  env?: Record<string, string>;
  /** Arguments of Node for a service, such as `--cpu-prof`. */
  nodeArguments?: Partial<Record<ServiceName, string[]>>;
  /** Called after each stream of the model that ended; its time is by the model's own process. */
  onModelAnswered?: (answered: ModelAnswered) => void;
}

/**
 * The four services as four processes with the sample corpus loaded: embedded log and index in a temporary folder,
 * embeddings and answers from the fake Bedrock in a fifth process. Every question is embedded, none comes out of
 * the cache, and services log as they do in production.
 */
export async function startProcessFleet({
  env = {},
  nodeArguments = {},
  onModelAnswered = () => {},
}: ProcessFleetOptions = {}): Promise<ProcessFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'freshet-fleet-'));
  const children: ChildProcess[] = [];
  async function close(): Promise<void> {
    // The model last: it is there before the services, and they may still be asking it.
    const [model, ...services] = children.splice(0);
    for (const child of services) await stopProcess(child);
    if (model) await stopProcess(model);
    await rm(folder, { recursive: true });
  }
  try {
    const model = fork(join(root, 'bench', 'model-process.ts'));
    children.push(model);
    model.on('message', (message: ModelMessage) => {
      if (message.type === 'model.answered') onModelAnswered(message);
    });
    const [{ url: modelUrl }] = (await once(model, 'message')) as [{ url: string }];

    const ports = await freePorts(SERVICES.length);
    const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports[SERVICES.indexOf(name)]}`;
    const shared = {
      ...process.env,
      DATA_DIR: folder,
      INTERNAL_TOKEN_SECRET: 'a secret of the benchmark, long enough',
      SOURCES: '{"*":{"acl":{"public":true}}}',
      RETRIEVER_URL: urlOf('retriever'),
      GENERATOR_URL: urlOf('generator'),
      EMBEDDING_PROVIDER: 'bedrock',
      EMBEDDING_MODEL: 'amazon.titan-embed-text-v2:0',
      EMBEDDING_DIMENSIONS: '512',
      GENERATION_PROVIDER: 'bedrock',
      GENERATION_MODEL: 'anthropic.claude-3-5-haiku-20241022-v1:0',
      BEDROCK_ENDPOINT: modelUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'fake',
      AWS_SECRET_ACCESS_KEY: 'fake',
      QUERY_CACHE_ENTRIES: '0',
      ...env,
    };
    const pids = {} as Record<ServiceName, number>;
    for (const name of SERVICES) {
      const child = spawnService(name, { ...shared, PORT: new URL(urlOf(name)).port }, nodeArguments[name]);
      children.push(child);
      pids[name] = child.pid as number;
    }
    for (const name of SERVICES) await becomesReady(name, urlOf(name));
    const url = urlOf('gateway');
    await loadSample({ url, folder: join(root, 'eval', 'sample', 'documents'), say: () => {} });
    return {
      url,
      async times() {
        const times = SERVICES.map(async (name) => [name, await readProcessTimes(pids[name])] as const);
        return Object.fromEntries(await Promise.all(times)) as Record<ServiceName, ProcessTimes>;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
