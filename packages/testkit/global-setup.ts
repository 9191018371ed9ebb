import { startKafka } from './kafka.ts';
import { startOpenSearch } from './opensearch.ts';
import type { TestServer } from './server.ts';

const servers: TestServer[] = [];

/**
 * One Kafka and one OpenSearch for all test files of a run, for `node --test --test-global-setup`. Test processes
 * inherit their addresses by the environment. Where one cannot be had, the run goes on without: tests that need it
 * then fail with the reason, the others pass.
 */
export async function globalSetup(): Promise<void> {
  const started = await Promise.allSettled([
    announce('FRESHET_TEST_KAFKA', startKafka()),
    announce('FRESHET_TEST_OPENSEARCH', startOpenSearch()),
  ]);
  for (const result of started) if (result.status === 'rejected') console.error(String(result.reason));
}

export async function globalTeardown(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

async function announce(variable: string, starting: Promise<TestServer>): Promise<void> {
  const server = await starting;
  servers.push(server);
  process.env[variable] = server.url;
}
