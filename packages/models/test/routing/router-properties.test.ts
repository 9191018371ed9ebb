import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import { Registry } from '@freshet/shared/metrics';
import fc from 'fast-check';
import type { Generator } from '../../generation.ts';
import type { Route, RouteRules } from '../../routing/route-table.ts';
import { createRouter } from '../../routing/router.ts';
import { ask } from './fixture.ts';

const CODES = ['FRESHET_MODEL_UNAVAILABLE', 'FRESHET_MODEL_REFUSED', 'FRESHET_CONTEXT_TOO_LONG'] as const;
const usage = { inputTokens: 10, outputTokens: 1 };

/** A call of a model: turns of the event loop before its first word, words, and how it ends. */
const script = fc.record({
  delay: fc.nat({ max: 4 }),
  words: fc.nat({ max: 3 }),
  end: fc.constantFrom('stop' as const, ...CODES),
});
type Script = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays one script after the other, and ends when it is aborted. */
function playing(name: string, scripts: readonly Script[]): Generator & { running: number } {
  let played = 0;
  const generator = {
    model: `model-of-${name}`,
    running: 0,
    async *generate({ signal }: { signal: AbortSignal }) {
      const { delay, words, end } = scripts[played++ % scripts.length]!;
      generator.running += 1;
      try {
        for (let turn = 0; turn < delay; turn++) await new Promise(setImmediate);
        for (let word = 0; word < words; word++) {
          signal.throwIfAborted();
          yield { type: 'delta' as const, text: `${name} ` };
          await new Promise(setImmediate);
        }
        signal.throwIfAborted();
        if (end !== 'stop') throw new FreshetError(end);
        yield { type: 'finished' as const, finishReason: 'stop' as const, usage, costUsd: 0.5 };
      } finally {
        generator.running -= 1;
      }
    },
    close: async () => {},
  };
  return generator;
}

const rules = fc.record({
  fallback: fc.uniqueArray(fc.constantFrom('fast', 'a', 'b'), { maxLength: 3 }),
  hedgeAfterMs: fc.constantFrom(undefined, 0),
  hedgeRoute: fc.constantFrom(undefined, 'a', 'b'),
  maxStreams: fc.constantFrom(undefined, 1, 2),
  breaker: fc.constantFrom(undefined, { minFailures: 1, window: 2, openMs: 1 }),
});
const model = fc.tuple(fc.array(script, { minLength: 1, maxLength: 4 }), rules);

test('however models behave: one end, words of one route, no call left running, and all of them counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ fast: model, a: model, b: model }),
      fc.constantFrom('extractive', undefined),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
      async (models, lastResort, readers) => {
        const generators = Object.entries(models).map(
          ([name, [scripts, rule]]) => [name, playing(name, scripts), rule as RouteRules] as const,
        );
        const extractive = playing('extractive', [{ delay: 0, words: 1, end: 'stop' }]);
        const routes = new Map<string, Route>([
          ...generators.map(([name, generator, rule]): [string, Route] => [
            name,
            { ...rule, name, generator, hasModel: true },
          ]),
          ['extractive', { name: 'extractive', generator: extractive, hasModel: false }],
        ]);
        const registry = new Registry();
        const router = createRouter(
          {
            routes,
            aliases: new Map(),
            tenants: new Map(),
            standard: 'fast',
            lastResort,
            close: async () => {},
          },
          { registry, logger: createLogger({ name: 'test', level: 'silent' }) },
        );
        let seen = 0;
        await Promise.all(
          readers.map(async (stays) => {
            const gone = new AbortController();
            if (!stays) setImmediate(() => gone.abort(new Error('gone')));
            const { text, finished, error } = await ask(router, { signal: gone.signal });
            assert.ok((finished === undefined) !== (error === undefined), 'it ends, and once');
            const speakers = new Set(text.trim().split(' ').filter(Boolean));
            assert.ok(speakers.size <= 1, text);
            if (!finished) return;
            const completed = finished.attempts.filter(({ outcome }) => outcome === 'completed');
            assert.deepEqual(
              completed.map(({ route }) => route),
              [finished.route],
            );
            if (text !== '') assert.ok(speakers.has(finished.route));
            assert.deepEqual([finished.usage, finished.costUsd], [usage, 0.5]);
            assert.equal('degraded' in finished, finished.route === 'extractive');
            seen += finished.attempts.length;
          }),
        );
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        for (const [name, { running }] of generators) assert.equal(running, 0, name);
        const value = async (metric: string) =>
          (await registry.getSingleMetric(metric)!.get()).values.reduce((sum, { value }) => sum + value, 0);
        assert.equal(await value('freshet_route_streams'), 0);
        const attempts = await value('freshet_route_attempts_total');
        assert.equal(await value('freshet_route_selected_total'), attempts);
        assert.ok(attempts >= seen);
      },
    ),
    { numRuns: 300 },
  );
});
