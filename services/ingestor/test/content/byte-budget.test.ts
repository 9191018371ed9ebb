import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createByteBudget } from '../../content/byte-budget.ts';

test('what is held at once never exceeds the budget, and everybody comes to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ bytes: fc.nat(150), isAborted: fc.boolean(), fails: fc.boolean() })),
      fc.scheduler(),
      async (works, scheduler) => {
        const budget = createByteBudget(100);
        let held = 0;
        const running = works.map(({ bytes, isAborted, fails }, i) => {
          const abort = new AbortController();
          const work = budget.hold(bytes, abort.signal, async () => {
            held += Math.min(bytes, 100);
            assert.ok(held <= 100);
            await scheduler.schedule(Promise.resolve(), `work ${i}`);
            held -= Math.min(bytes, 100);
            if (fails) throw new Error('failed');
          });
          if (isAborted) abort.abort();
          return work.catch(() => {});
        });
        await scheduler.waitFor(Promise.all(running));
        assert.equal(held, 0);
        await budget.hold(100, new AbortController().signal, async () => {});
      },
    ),
  );
});
