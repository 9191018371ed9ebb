import type { WeightSource } from './source.ts';

export interface HttpSourceOptions {
  /** Gives up when the server sends nothing for so long. */
  stallTimeoutMs?: number;
}

/** The model's public download page. */
export function httpSource({ stallTimeoutMs = 30_000 }: HttpSourceOptions = {}): WeightSource {
  return {
    name: 'download',
    async *fetch(_bundle, files, { signal }) {
      for (const file of files) yield { file, body: download(file.url, stallTimeoutMs, signal) };
    },
  };
}

async function* download(
  url: string,
  stallTimeoutMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { host } = new URL(url);
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new Error(`${host} sent nothing for ${stallTimeoutMs / 1000} s`)),
    stallTimeoutMs,
  );
  try {
    const stop = signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal;
    const response = await fetch(url, { signal: stop });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`${host} answered ${response.status}`);
    }
    for await (const chunk of response.body) {
      timer.refresh();
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (stalled.signal.aborted) throw stalled.signal.reason;
    throw new Error(reasonOf(error, host), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch says only "fetch failed" or "terminated"; why stands in the cause. */
function reasonOf(error: unknown, host: string): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return `${host}: ${cause.message || (cause as NodeJS.ErrnoException).code || message}`;
}
