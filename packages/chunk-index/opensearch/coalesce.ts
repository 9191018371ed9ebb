/**
 * Gathers what many callers ask for while one call is under way into the next one: with one caller nothing waits,
 * with many the number of requests falls. Items of one key (`keyOf`) never share a call, and keep their order.
 * Between the beginnings of two calls are `everyMs` milliseconds at least, where calls do not overlap.
 */
export function coalesce<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  {
    most = 100,
    concurrency = 1,
    everyMs = 0,
    keyOf,
  }: { most?: number; concurrency?: number; everyMs?: number; keyOf?: (item: Item) => string } = {},
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let running = 0;
  let dueAt = 0;

  function takeNext(): Waiting[] {
    if (!keyOf) return waiting.splice(0, most);
    const keys = new Set<string>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const entry of waiting) {
      const key = keyOf(entry.item);
      if (taken.length < most && !keys.has(key)) taken.push(entry);
      else left.push(entry);
      keys.add(key);
    }
    waiting = left;
    return taken;
  }

  async function drain(): Promise<void> {
    running += 1;
    while (waiting.length > 0) {
      const early = dueAt - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      dueAt = performance.now() + everyMs;
      const taken = takeNext();
      try {
        const results = await run(taken.map(({ item }) => item));
        for (const [i, { resolve }] of taken.entries()) resolve(results[i] as Result);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running -= 1;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // In a microtask, so that what one caller asks for in one go is one call.
      if (running < concurrency)
        queueMicrotask(() => void (waiting.length > 0 && running < concurrency && drain()));
    });
}
