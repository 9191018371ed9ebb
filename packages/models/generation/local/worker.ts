/** The process of a local model: a crash of native code ends this one, and nothing that it computes blocks another. */
import { codeOf } from '@freshet/shared/errors';
import { openEngine } from './engine.ts';
import type { EngineOptions, Failure, FromModel, ToModel } from './messages.ts';

// A terminal sends them to all of its processes; when this one is to end, the one that asks it says so.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
// Whoever asked has gone. In the middle of an evaluation nothing gentler is sure to work.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const send = (message: FromModel) => void process.send?.(message);
const running = new Map<number, AbortController>();

try {
  const engine = await openEngine(JSON.parse(process.argv[2]!) as EngineOptions);
  process.on('message', (message: ToModel) => {
    if (message.type === 'abort') running.get(message.id)?.abort();
    else if (message.type === 'generate') void answer(message);
    else void engine.close().finally(() => process.exit(0));
  });

  async function answer({ id, ...request }: Extract<ToModel, { type: 'generate' }>): Promise<void> {
    const gone = new AbortController();
    running.set(id, gone);
    try {
      const result = await engine.generate(request, {
        signal: gone.signal,
        onText: (text) => send({ id, type: 'delta', text }),
        onThinking: () => send({ id, type: 'thinking' }),
      });
      send({ id, type: 'finished', ...result });
    } catch (error) {
      send({ id, ...toFailure(error) });
    } finally {
      running.delete(id);
    }
  }

  send({ type: 'ready' });
} catch (error) {
  process.send?.(toFailure(error), () => process.exit(1));
}

function toFailure(error: unknown): Failure {
  const code = codeOf(error);
  const { message } = error as Error;
  return {
    type: 'failed',
    code: code === 'FRESHET_INTERNAL' ? 'FRESHET_MODEL_UNAVAILABLE' : code,
    detail: message,
  };
}
