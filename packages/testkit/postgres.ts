import { chown } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startContainer } from './container.ts';
import { findProgram } from './debian.ts';
import { freePorts } from './free-ports.ts';
import { runProgram, startLocalServer } from './local-process.ts';
import { borrowedServer, startServer, type TestServer } from './server.ts';

const IMAGE = 'postgres:17';
/** `nobody` of Debian and its kin. */
const NOBODY = 65_534;

/**
 * One PostgreSQL with logical decoding on, for change data capture; `url` is postgres://postgres@host:port/postgres,
 * without a password.
 */
export function startPostgres({ isDedicated }: { isDedicated?: boolean } = {}): Promise<TestServer> {
  return startServer({
    name: 'PostgreSQL',
    variable: 'FRESHET_TEST_POSTGRES',
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
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    ports: [{ container: 5432, host: port }],
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    command: ['postgres', '-c', 'wal_level=logical'],
    // It starts twice: the first time to make the database.
    waitFor: (wait) => wait.forLogMessage('database system is ready to accept connections', 2),
  });
}

async function startProgram(): Promise<TestServer> {
  const control = await findProgram({
    names: ['pg_ctl'],
    folders: '/usr/lib/postgresql/*/bin',
    packages: ['postgresql'],
  });
  const [port] = (await freePorts(1)) as [number];
  const isRoot = process.getuid?.() === 0;
  // PostgreSQL refuses to run as root.
  const asUser = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  async function run(...command: string[]): Promise<void> {
    const [program, ...args] = [...asUser, ...command] as [string, ...string[]];
    await runProgram(program, args);
  }
  let isMade = false;
  return startLocalServer({
    name: 'postgres',
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pidFile: 'postmaster.pid',
    async launch({ data }) {
      if (!isMade) {
        if (isRoot) await chown(data, NOBODY, NOBODY);
        const initdb = join(dirname(control), 'initdb');
        await run(initdb, '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync');
        isMade = true;
      }
      const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c wal_level=logical -k ${data}`;
      await run(control, 'start', '-D', data, '-o', settings, '-l', join(data, 'server.log'), '-w');
    },
  });
}
