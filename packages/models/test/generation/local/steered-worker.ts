import type { EngineOptions, FromModel, ToModel } from '../../../generation/local/messages.ts';

/** In place of a model: says the question word for word, and does what some questions say. */

const { path } = JSON.parse(process.argv[2]!) as EngineOptions;
const send = (message: FromModel) => void process.send?.(message);
const held = new Set<number>();

process.on('message', (message: ToModel) => {
  if (message.type === 'close') process.exit(0);
  if (message.type === 'abort') {
    if (held.delete(message.id)) finish(message.id, 'cancelled', 0);
    return;
  }
  const { id, messages } = message;
  const question = messages.at(-1)?.content ?? '';
  if (question === 'crash') {
    send({ id, type: 'delta', text: 'half an' });
    process.exit(7);
  }
  if (question === 'hold') {
    held.add(id);
    send({ id, type: 'delta', text: 'held' });
    return;
  }
  const words = question.split(/(?<= )/);
  for (const text of words) send({ id, type: 'delta', text });
  finish(id, 'stop', words.length);
});

function finish(id: number, finishReason: 'stop' | 'cancelled', outputTokens: number): void {
  send({ id, type: 'finished', finishReason, inputTokens: 5, outputTokens, cachedTokens: 0 });
}

if (path === 'wrong') {
  process.send?.({ type: 'failed', code: 'FRESHET_MODEL_UNAVAILABLE', detail: 'no such model' }, () =>
    process.exit(1),
  );
} else if (path === 'dies') process.exit(9);
else send({ type: 'ready' });
