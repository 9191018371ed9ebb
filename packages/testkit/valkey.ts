import { join } from 'node:path';
import { startContainer } from './container.ts';
import { findProgram } from './debian.ts';
import { freePorts, waitForPort } from './free-ports.ts';
import { runProgram, startLocalServer } from './local-process.ts';
import { borrowedServer, startServer, type TestServer } from './server.ts';

const IMAGE = 'valkey/valkey:8';

/** One Valkey, or Redis where that is what the machine has; `url` is redis://host:port. */
export function startValkey({ isDedicated }: { isDedicated?: boolean } = {}): Promise<TestServer> {
  return startServer({
    name: 'Valkey',
    variable: 'FRESHET_TEST_VALKEY',
    isDedicated,
    borrow: borrowedServer,
    ways: [
      { name: `container ${IMAGE}`, start: startInContainer },
      { name: 'program of this machine', start: startProgram },
    ],
  });
}

async function startInContainer(): Promise<TestServer> {
  const [port] = (await freePorts(1)) as [number];
  return startContainer({
    image: IMAGE,
    url: `redis://127.0.0.1:${port}`,
    ports: [{ container: 6379, host: port }],
    waitFor: (wait) => wait.forLogMessage('Ready to accept connections'),
  });
}

async function startProgram(): Promise<TestServer> {
  const program = await findProgram({
    names: ['valkey-server', 'redis-server'],
    packages: ['valkey-server', 'redis-server'],
  });
  const [port] = (await freePorts(1)) as [number];
  return startLocalServer({
    name: 'valkey',
    url: `redis://127.0.0.1:${port}`,
    pidFile: 'valkey.pid',
    async launch({ data }) {
      const settings = { port, bind: '127.0.0.1', dir: data, pidfile: join(data, 'valkey.pid') };
      const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
      await runProgram(program, [...options, '--appendonly', 'yes', '--daemonize', 'yes']);
      await waitForPort(port);
    },
  });
}
