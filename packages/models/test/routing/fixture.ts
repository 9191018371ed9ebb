import type { TestContext } from 'node:test';
import type { FreshetError } from '@freshet/shared/errors';
import { createLogger } from '@freshet/shared/log';
import { Registry } from '@freshet/shared/metrics';
import { type FakeOpenAi, type FakeOpenAiOptions, startFakeOpenAi } from '@freshet/testkit/fake-openai';
import { createExtractiveGenerator } from '../../generation/extractive/generator.ts';
import { createOpenAiGenerator, type OpenAiGeneratorOptions } from '../../generation/openai.ts';
import type { RoutedPart } from '../../routing/attempt.ts';
import type { Route, RouteRules, RouteTable, TenantRules } from '../../routing/route-table.ts';
import { createRouter, type RoutedOptions, type Router, type RouterOptions } from '../../routing/router.ts';
import { question } from '../generation/fixture.ts';

const PRICE = { inputPerMTok: 1, outputPerMTok: 5 };

export interface ModelRoute extends RouteRules {
  fake?: FakeOpenAiOptions;
  model?: Partial<OpenAiGeneratorOptions>;
}

export interface RoutedSetup {
  router: Router;
  fakes: Record<string, FakeOpenAi>;
  clock: { ms: number };
  /** The sum of the series of a metric that have these labels. */
  sample(name: string, ...labels: string[]): Promise<number>;
}

/** A router over routes with a server each; `fast` is the default, and the extractive answer the last resort. */
export async function openRouter(
  t: TestContext,
  models: Record<string, ModelRoute>,
  {
    tenants = {},
    lastResort = 'extractive',
    ...options
  }: { tenants?: Record<string, TenantRules>; lastResort?: string | undefined } & Partial<RouterOptions> = {},
): Promise<RoutedSetup> {
  const fakes: Record<string, FakeOpenAi> = {};
  const routes = new Map<string, Route>();
  for (const [name, { fake, model, ...rules }] of Object.entries(models)) {
    fakes[name] = await startFakeOpenAi({ maxTokens: 8000, ...fake });
    const generator = createOpenAiGenerator({
      baseUrl: fakes[name].url,
      model: `model-of-${name}`,
      maxAttempts: 1,
      price: PRICE,
      ...model,
    });
    routes.set(name, { ...rules, name, generator, hasModel: true, price: PRICE });
  }
  routes.set('extractive', { name: 'extractive', generator: createExtractiveGenerator(), hasModel: false });
  const table: RouteTable = {
    routes,
    aliases: new Map(),
    tenants: new Map(Object.entries(tenants)),
    standard: 'fast',
    lastResort: lastResort === 'none' ? undefined : lastResort,
    async close() {
      await Promise.all([...routes.values()].map(({ generator }) => generator.close()));
    },
  };
  t.after(async () => {
    await table.close();
    await Promise.all(Object.values(fakes).map((fake) => fake.close()));
  });
  const clock = { ms: 0 };
  const registry = new Registry();
  const router = createRouter(table, {
    registry,
    logger: createLogger({ name: 'test', level: 'silent' }),
    now: () => clock.ms,
    ...options,
  });
  return {
    router,
    fakes,
    clock,
    async sample(name, ...labels) {
      const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
      const found = lines.filter((line) => labels.every((label) => line.includes(label)));
      return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
  };
}

export interface Routed {
  text: string;
  finished: Extract<RoutedPart, { type: 'finished' }> | undefined;
  error: FreshetError | undefined;
}

/** All of an answer, up to its end or its failure. */
export async function ask(router: Router, options: Partial<RoutedOptions> = {}): Promise<Routed> {
  const { signal = new AbortController().signal, ...rest } = options;
  const routed: Routed = { text: '', finished: undefined, error: undefined };
  try {
    for await (const part of router.generate({ ...question, tenant: 'acme', ...rest, signal })) {
      if (part.type === 'delta') routed.text += part.text;
      else routed.finished = part;
    }
  } catch (error) {
    routed.error = error as FreshetError;
  }
  return routed;
}

/** What became of each call, such as `fast failed FRESHET_MODEL_EMPTY`. */
export function outcomes({ finished }: Routed): string[] {
  return (finished?.attempts ?? []).map(({ route, outcome, code }) =>
    [route, outcome, code].filter((word) => word !== undefined).join(' '),
  );
}
