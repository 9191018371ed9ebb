import type { WaitStrategy } from 'testcontainers';
import type { TestServer } from './server.ts';

export interface ContainerOptions {
  image: string;
  /** Ports of the container, each bound to a port of this machine that stays the same over a restart. */
  ports: { container: number; host: number }[];
  environment?: Record<string, string>;
  command?: string[];
  waitFor: (wait: typeof import('testcontainers').Wait) => WaitStrategy;
  url: string;
}

export interface TestContainer extends TestServer {
  /** Runs a program in the container; rejects when it fails. */
  exec(command: string[]): Promise<void>;
}

/** Starts a container; rejects where no container engine answers or the image cannot be had. */
export async function startContainer({
  image,
  ports,
  environment = {},
  command,
  waitFor,
  url,
}: ContainerOptions): Promise<TestContainer> {
  // Loaded late: it costs some 200 ms, and most runs find their servers elsewhere.
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  await getContainerRuntimeClient();
  const definition = new GenericContainer(image)
    .withExposedPorts(...ports)
    .withEnvironment(environment)
    .withWaitStrategy(waitFor(Wait))
    .withStartupTimeout(180_000);
  if (command) definition.withCommand(command);
  const container = await definition.start();
  return {
    url,
    async kill() {
      await container.stop({ remove: false, timeout: 0 });
    },
    async start() {
      await container.restart();
    },
    async stop() {
      await container.stop();
    },
    async exec(words) {
      const { exitCode, output } = await container.exec(words);
      if (exitCode !== 0) throw new Error(`${words[0]} ended with ${exitCode}: ${output}`);
    },
  };
}
