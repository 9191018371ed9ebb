import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { FreshetError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { startTelemetry } from '../telemetry.ts';

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
  logger,
  open,
}: RunOptions): Promise<{ url: string }> {
  const stopTelemetry = await startTelemetry(`freshet-${name}`);
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
