import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createLogger } from '../../log.ts';
import { createRegistry } from '../../metrics.ts';
import { createServiceApp, type ServiceApp, type ServiceAppOptions } from '../../service/app.ts';

export interface OpenApp {
  app: ServiceApp;
  /** Lines that were logged, parsed. */
  logged: Record<string, unknown>[];
  /** Listens on loopback; gives the origin. */
  listen(): Promise<string>;
}

/** A service's app for one test, with what it logs. */
export async function openApp(
  t: TestContext,
  options: Partial<Omit<ServiceAppOptions, 'logger' | 'registry'>> = {},
): Promise<OpenApp> {
  const logged: Record<string, unknown>[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: (line) => logged.push(JSON.parse(line)) },
  });
  const app = await createServiceApp({ logger, registry: createRegistry('test'), ...options });
  t.after(() => app.close());
  return {
    app,
    logged,
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    },
  };
}
