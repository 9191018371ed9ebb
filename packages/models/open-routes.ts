import { FreshetError } from '@freshet/shared/errors';
import type { Logger } from '@freshet/shared/log';
import { openProvider, type ProviderSettings } from './generation/open-provider.ts';
import { type ModelPrice, parseModelPrices } from './model-prices.ts';
import {
  type GeneratorModelConfig,
  localSettings,
  openGenerationModel,
  promptSettings,
} from './open-generator.ts';
import { BUILT_IN } from './routing/check-references.ts';
import { type Alias, type Route, type RouteTable, singleRoute } from './routing/route-table.ts';
import {
  type ModelRouteSettings,
  type RouteSettings,
  type RoutesFile,
  readRoutesFile,
} from './routing/routes-file.ts';

/** Variables of the one model that stands where there is no file. The key may be the one that a route refers to. */
const OF_ONE_MODEL = ['GENERATION_MODEL', 'GENERATION_URL', 'GENERATION_TEMPERATURE'] as const;

/**
 * The routes of ROUTES_FILE; without it, the one that the variables of a single model make, named `default`. Asks no
 * server.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`
 */
export async function openGenerationRoutes(
  config: GeneratorModelConfig,
  logger: Logger,
  env: NodeJS.ProcessEnv = process.env,
): Promise<RouteTable> {
  const { ROUTES_FILE: file } = config;
  if (file === undefined) return singleRoute(await openGenerationModel(config, logger));
  const idle = [
    ...(config.GENERATION_PROVIDER === 'extractive' ? [] : ['GENERATION_PROVIDER']),
    ...OF_ONE_MODEL.filter((name) => config[name] !== undefined),
  ];
  if (idle.length > 0) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `ROUTES_FILE has no use for ${idle.join(', ')}.`,
    });
  }
  return openRoutes(file, await readRoutesFile(file), { config, logger, env });
}

interface OpenRoutesOptions {
  config: GeneratorModelConfig;
  logger: Logger;
  env: NodeJS.ProcessEnv;
}

async function openRoutes(
  file: string,
  { default: standard, routes: settings, aliases = {}, tenants = {}, lastResort = BUILT_IN }: RoutesFile,
  { config, logger, env }: OpenRoutesOptions,
): Promise<RouteTable> {
  const prices = parseModelPrices(config.MODEL_PRICES);
  const asking = promptSettings(config);
  const refuse = (path: string, reason: string): never => {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `ROUTES_FILE ${file}: ${path} ${reason}` });
  };

  function toProvider(name: string, route: RouteSettings, price: ModelPrice | undefined): ProviderSettings {
    if (route.provider === 'extractive') return { provider: 'extractive' };
    const common = { model: route.model, price, ...asking, ...limitsOf(route, config) };
    checkPrompt(name, route);
    if (route.provider === 'openai') {
      const apiKey = route.apiKey && env[route.apiKey.env];
      if (route.apiKey && !apiKey)
        refuse(`/routes/${name}/apiKey/env`, `names ${route.apiKey.env}, which is not set`);
      return { provider: 'openai', ...common, baseUrl: route.url, apiKey };
    }
    if (route.provider === 'local') {
      return { provider: 'local', ...common, ...localSettings(config), log: logger };
    }
    const region = route.region ?? regionOf(route.model) ?? config.AWS_REGION;
    if (region === undefined) refuse(`/routes/${name}/region`, 'is missing, and so is AWS_REGION');
    return { provider: 'bedrock', ...common, region, endpoint: route.endpoint ?? config.BEDROCK_ENDPOINT };
  }

  function checkPrompt(name: string, { prompt }: ModelRouteSettings): void {
    try {
      asking.prompts.get(prompt);
    } catch (error) {
      refuse(`/routes/${name}/prompt`, (error as Error).message);
    }
  }

  const planned = Object.entries(settings).map(([name, route]) => {
    const price = 'model' in route ? (route.price ?? prices.get(route.model)) : undefined;
    if ('model' in route && !price && route.budgetUsdPerDay !== undefined) {
      refuse(`/routes/${name}/budgetUsdPerDay`, 'needs a price');
    }
    if ('model' in route && !price && route.provider !== 'local') {
      logger.warn(
        { route: name, model: route.model },
        'the route has no price: its answers will name no cost',
      );
    }
    return { name, route, price, provider: toProvider(name, route, price) };
  });

  const routes = new Map<string, Route>();
  const close = async () => {
    await Promise.all([...routes.values()].map(({ generator }) => generator.close()));
  };
  for (const { name, route, price, provider } of planned) {
    const generator = await openProvider(provider).catch(async (error) => {
      await close();
      throw error;
    });
    const hasModel = route.provider !== 'extractive';
    routes.set(name, { breaker: hasModel ? {} : undefined, ...route, name, generator, hasModel, price });
  }
  routes.set(BUILT_IN, {
    name: BUILT_IN,
    generator: await openProvider({ provider: 'extractive' }),
    hasModel: false,
  });
  return {
    routes,
    aliases: new Map(Object.entries(aliases).map(([name, alias]) => [name, toAlias(alias)])),
    tenants: new Map(Object.entries(tenants)),
    standard,
    lastResort: lastResort === 'none' ? undefined : BUILT_IN,
    close,
  };
}

/** A route's own limits, else those of the variables. */
function limitsOf(route: ModelRouteSettings, config: GeneratorModelConfig) {
  return {
    maxTokens: route.maxTokens ?? config.GENERATION_MAX_TOKENS,
    temperature: route.temperature,
    firstTokenTimeoutMs: route.firstTokenTimeoutMs ?? config.FIRST_TOKEN_TIMEOUT_MS,
    betweenTokensTimeoutMs: route.betweenTokensTimeoutMs ?? config.BETWEEN_TOKENS_TIMEOUT_MS,
    timeoutMs: route.timeoutMs,
    maxAttempts: route.maxAttempts ?? config.MODEL_MAX_ATTEMPTS,
    connections: Math.max(config.GENERATION_MAX_STREAMS, route.maxStreams ?? 0),
  };
}

/** The region that an ARN names: that of a custom, imported or provisioned model, or of an inference profile. */
function regionOf(model: string): string | undefined {
  return model.match(/^arn:[^:]+:bedrock:([^:]+):/)?.[1];
}

function toAlias(alias: NonNullable<RoutesFile['aliases']>[string]): Alias {
  if (typeof alias === 'string') return { routes: [{ route: alias, weight: 1 }], stickyBy: 'conversation' };
  return { routes: alias.routes, stickyBy: alias.stickyBy ?? 'conversation' };
}
