import { answerTokens } from '@freshet/testkit/fake-bedrock/answer-text';
import { startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { seededRandom } from '@freshet/testkit/seeded-random';

/**
 * The model of bench/generate.ts, in a process of its own: it says 200 tokens, one every `betweenTokensMs`, which is
 * its argument. The first token is the moment when it was said, in Unix milliseconds, which is one clock for all
 * processes of a machine.
 */
export const TOKENS = 200;

/** A question with this in it gets words that say nothing, and no sentence: there is nothing to check. */
export const NOTHING_TO_CHECK = 'Say nothing.';

const WORDS = 'the of and to in is that it for on with as at by this from or an be are'.split(' ');

if (process.send) {
  const model = await startFakeOpenAi({
    maxTokens: 100_000,
    betweenTokensMs: Number(process.argv[2]),
    answer(prompt) {
      const said = prompt.includes(NOTHING_TO_CHECK) ? emptyWords() : answerTokens(prompt, TOKENS - 1);
      return `${performance.timeOrigin + performance.now()} ${said.join('')}`;
    },
  });
  process.once('disconnect', () => void model.close());
  process.send({ type: 'model.ready', url: model.url });
}

/** In no order that repeats, which would end the answer. */
function emptyWords(): string[] {
  const random = seededRandom(1);
  return Array.from({ length: TOKENS - 1 }, () => ` ${WORDS[Math.floor(random() * WORDS.length)]}`);
}
