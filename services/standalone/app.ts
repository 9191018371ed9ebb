import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { openChunkIndex } from '@freshet/chunk-index/open';
import { openEventLog } from '@freshet/event-log/open';
import { openGateway } from '@freshet/gateway/app';
import { GatewayConfig } from '@freshet/gateway/config';
import { openGenerator } from '@freshet/generator/app';
import { GeneratorConfig } from '@freshet/generator/config';
import { openIngestor } from '@freshet/ingestor/app';
import { IngestorConfig } from '@freshet/ingestor/config';
import type { Embedder } from '@freshet/models/embedding';
import { createExtractiveGenerator } from '@freshet/models/generation/extractive/generator';
import { type RouteTable, singleRoute } from '@freshet/models/routing/route-table';
import { openRetriever } from '@freshet/retriever/app';
import { RetrieverConfig } from '@freshet/retriever/config';
import type { Rescore } from '@freshet/retriever/rescore/rescore';
import { loadConfig } from '@freshet/shared/config';
import type { Logger } from '@freshet/shared/log';
import type { Service } from '@freshet/shared/service/run';
import { openSharedState } from '@freshet/state/open';

export interface StandaloneOptions {
  /** Variables of the environment; each service reads its own out of them. */
  env: NodeJS.ProcessEnv;
  dataDir: string;
  logger: Logger;
  embedder: Embedder;
  tokenizer?: string;
  /** By whom questions are answered; sentences of the passages by default. */
  routes?: RouteTable;
  /** In place of the retriever's own. */
  rescore?: Rescore;
}

export interface Standalone {
  /** The gateway, not yet listening. */
  gateway: Service;
  /** The services behind it, which listen on loopback. */
  urls: { ingestor: string; retriever: string; generator: string };
  /** Closes everything but the embedder and the routes, which came from outside. */
  close(): Promise<void>;
}

/**
 * The four services in one process, which still talk HTTP: what `make start` runs. Log and index are the embedded
 * ones, unless the environment names Kafka or OpenSearch.
 */
export async function openStandalone({
  env,
  dataDir,
  logger,
  embedder,
  tokenizer,
  routes = singleRoute(createExtractiveGenerator()),
  rescore,
}: StandaloneOptions): Promise<Standalone> {
  const shared = { ...env, DATA_DIR: dataDir, INTERNAL_TOKEN_SECRET: randomBytes(32).toString('hex') };
  const behind = { ...shared, HOST: '127.0.0.1', PORT: '0' };
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  async function serve(service: Service): Promise<string> {
    closers.push(async () => {
      await service.app.close();
      await service.close();
    });
    await service.app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`;
  }

  try {
    const ingestorConfig = loadConfig(IngestorConfig, behind);
    const log = await openEventLog(ingestorConfig, { name: 'standalone', logger });
    closers.push(() => log.close());
    const index = await openChunkIndex(ingestorConfig, embedder);
    closers.push(() => index.close());

    const child = (name: string) => logger.child({ service: name });
    const ingestor = await openIngestor({
      config: ingestorConfig,
      logger: child('ingestor'),
      log,
      index,
      embedder,
      env,
      ...(tokenizer === undefined ? {} : { tokenizer }),
    });
    const retriever = await openRetriever({
      config: loadConfig(RetrieverConfig, behind),
      logger: child('retriever'),
      index,
      embedder,
      rescore,
    });
    const generating = await openGenerator({
      config: loadConfig(GeneratorConfig, behind),
      logger: child('generator'),
      routes,
    });
    const urls = {
      ingestor: await serve(ingestor),
      retriever: await serve(retriever),
      generator: await serve(generating),
    };
    const gatewayConfig = loadConfig(GatewayConfig, {
      ...shared,
      RETRIEVER_URL: urls.retriever,
      GENERATOR_URL: urls.generator,
    });
    const state = await openSharedState(gatewayConfig, logger);
    closers.push(() => state.close());
    const gateway = await openGateway({
      config: gatewayConfig,
      logger: child('gateway'),
      log,
      state,
      env,
    });
    closers.push(() => gateway.close());
    return { gateway, urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}
