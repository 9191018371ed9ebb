import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import type { Static, TInteger, TObject } from 'typebox';
import { type commonConfig, loadConfig } from '../config.ts';
import { FreshetError } from '../errors.ts';
import { createLogger, type Logger } from '../log.ts';
import { startTelemetry, type telemetryConfig } from '../telemetry.ts';

/** What a service opened, ready to be served and closed. */
export interface Service {
  app: FastifyInstance;
  /** Releases what stands behind the app; called after it has closed. */
  close(): Promise<void>;
}

export interface RunOptions {
  name: string;
  host: string;
  port: number;
  shutdownTimeoutMs: number;
  telemetry: Static<TObject<typeof telemetryConfig>>;
  logger: Logger;
  open(): Promise<Service>;
}

/**
 * Opens, listens, and closes with grace on a signal.
 * @returns where it listens, once it does.
 */
export async function runService({
  name,
  host,
  port,
  shutdownTimeoutMs,
  telemetry: { TRACE_PROPAGATION: propagation, TELEMETRY_CONTENT: withContent },
  logger,
  open,
}: RunOptions): Promise<{ url: string }> {
  const stopTelemetry = await startTelemetry({ serviceName: `freshet-${name}`, propagation, withContent });
  const service = await open();
  const url = await service.app.listen({ host, port });
  closeWithGrace({ delay: shutdownTimeoutMs, logger: false }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'crashed');
    else logger.info({ signal }, 'closing');
    await service.app.close();
    await service.close();
    await stopTelemetry();
  });
  return { url };
}

type ServiceConfig = TObject<typeof commonConfig & { PORT: TInteger }>;

/**
 * What a service's `server.ts` does: reads its configuration from the environment, opens it, listens, and closes with
 * grace on a signal. A failure is one line on standard error and exit code 1.
 */
export async function startService<Schema extends ServiceConfig>(
  name: string,
  schema: Schema,
  open: (config: Static<Schema>, logger: Logger) => Promise<Service>,
): Promise<void> {
  await main(async () => {
    const config = loadConfig(schema) as Static<Schema>;
    const { HOST: host, PORT: port, SHUTDOWN_TIMEOUT_MS: shutdownTimeoutMs, LOG_LEVEL: level } = config;
    const logger = createLogger({ name, level });
    await runService({
      name,
      host,
      port,
      shutdownTimeoutMs,
      telemetry: config,
      logger,
      open: () => open(config, logger),
    });
  });
}

/** A service that also closes, after itself, what was opened for it. */
export function closing({ app, close }: Service, ...opened: { close(): Promise<void> }[]): Service {
  return {
    app,
    async close() {
      await close();
      await Promise.all(opened.map((resource) => resource.close()));
    },
  };
}

const SYSTEM_ERRORS: Record<string, (error: NodeJS.ErrnoException & { port?: number }) => string> = {
  EADDRINUSE: ({ port }) => `Port ${port} is in use; stop what listens there or set another PORT.`,
  EACCES: ({ message }) => `Permission denied: ${message}.`,
  EADDRNOTAVAIL: ({ message }) => `This machine has no such address: ${message}.`,
};

/** A failure at the start, in one line for a person. */
export function startupMessage(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof FreshetError) return `${error.code}: ${error.title}. ${error.message}`;
  return SYSTEM_ERRORS[code]?.(error as NodeJS.ErrnoException) ?? message;
}

/** Runs a program's main function; a failure is one line on standard error and exit code 1. */
export async function main(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`freshet: ${startupMessage(error)}\n`);
    if (process.env['LOG_LEVEL'] === 'debug') console.error(error);
    process.exit(1);
  }
}
