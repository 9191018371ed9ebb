import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFreshetClient, type FreshetClient } from '@freshet/cli/client';

const root = join(import.meta.dirname, '..');

export interface SampleFleet {
  client: FreshetClient;
  /** The questions of the sample corpus, each of which was asked once, so that its embedding is cached. */
  questions: string[];
  close(): Promise<void>;
}

/** A fleet in a process of its own, with the sample corpus loaded. */
export async function startSampleFleet(
  connections: number,
  env: NodeJS.ProcessEnv = {},
): Promise<SampleFleet> {
  const lines = (await readFile(join(root, 'eval', 'sample', 'queries.jsonl'), 'utf8'))
    .split('\n')
    .filter(Boolean);
  const questions = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  const folder = await mkdtemp(join(tmpdir(), 'freshet-bench-'));
  const fleet = spawn(process.execPath, [join(root, 'services', 'standalone', 'server.ts')], {
    env: { ...process.env, PORT: '0', DATA_DIR: folder, LOAD_SAMPLE: 'true', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  async function stop(): Promise<void> {
    if (fleet.exitCode === null) {
      fleet.kill('SIGTERM');
      await once(fleet, 'exit');
    }
    await rm(folder, { recursive: true });
  }
  try {
    const client = createFreshetClient({ url: await sampleLoaded(fleet), connections });
    const { signal } = new AbortController();
    for (const question of questions) await client.search({ query: question }, signal);
    return {
      client,
      questions,
      async close() {
        await client.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the line that says so; answers with the gateway's URL. */
async function sampleLoaded(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr!) {
    text += chunk;
    const url = /ask at (\S+),/.exec(text)?.[1];
    if (url && text.includes('are searchable')) return url;
  }
  throw new Error(`the fleet did not start: ${text}`);
}
