import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageEnvironment } from '@freshet/testkit/image-environment';
import { until } from '@freshet/testkit/until';

export interface IngestorProcess {
  readonly isRunning: boolean;
  /** The most memory that it ever had, in MiB. */
  peakMiB(): Promise<number>;
  /** The memory that it has now without the files that it maps, in MiB. */
  privateMiB(): Promise<number>;
  /** What its main thread has on the heap of V8 and beside it, in MiB. */
  heapMiB(): Promise<{ used: number; external: number }>;
  /** Resolves once it has handled so many documents. */
  handles(count: number): Promise<void>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const script = join(import.meta.dirname, '..', '..', 'server.ts');

/** The ingestor as a company runs it, in a process of its own; its warnings go to `onWarning`. */
export function startIngestor(
  env: Record<string, string>,
  port: number,
  onWarning: (line: string) => void = () => {},
): IngestorProcess {
  const child: ChildProcess = spawn(process.execPath, [script], {
    env: {
      ...imageEnvironment('ingestor'),
      ...process.env,
      NODE_V8_COVERAGE: '',
      ...env,
      PORT: String(port),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // It must not outlive a test that was interrupted.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let rest = '';
  child.stdout?.on('data', (piece) => {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onWarning(line);
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  async function metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }

  async function handled(): Promise<number> {
    const text = await metrics();
    const counts = text.matchAll(/^freshet_ingest_documents_total\{[^}]*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Linux only: a line of /proc, in MiB. */
  async function memory(name: string): Promise<number> {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024);
  }

  return {
    get isRunning() {
      return isRunning();
    },
    peakMiB: () => memory('VmHWM'),
    privateMiB: () => memory('RssAnon'),
    async heapMiB() {
      const text = await metrics();
      const read = (name: string) =>
        Math.round(
          Number(new RegExp(`^nodejs_${name}_bytes\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]) / 2 ** 20,
        );
      return { used: read('heap_size_used'), external: read('external_memory') };
    },
    async handles(count) {
      await until(
        async () => {
          if (!isRunning()) throw new Error('the ingestor has ended by itself');
          const now = await handled();
          if (now < count) throw new Error(`the ingestor has handled ${now} documents, not ${count}`);
        },
        { timeoutMs: 120_000, everyMs: 50 },
      );
    },
    async kill(signal) {
      if (!isRunning()) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}
