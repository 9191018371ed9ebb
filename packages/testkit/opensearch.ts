import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { startContainer } from './container.ts';
import { freePorts } from './free-ports.ts';
import { cacheFolder, runProgram, startLocalServer } from './local-process.ts';
import { borrowedServer, startServer, type TestServer } from './server.ts';

const IMAGE = 'opensearchproject/opensearch:3.5.0';

export interface OpenSearchOptions {
  /** A node that the caller alone uses, and may kill. */
  isDedicated?: boolean;
  /** A node to be measured: it has a larger heap and compiles its code fully, which costs seconds at its start. */
  isMeasured?: boolean;
}

/**
 * One OpenSearch node with k-NN and without the security plugin; `url` is http://host:port. Mappings must name the
 * k-NN engine `lucene`: out of jars there is no native library.
 */
export function startOpenSearch({
  isDedicated,
  isMeasured = false,
}: OpenSearchOptions = {}): Promise<TestServer> {
  return startServer({
    name: 'OpenSearch',
    variable: 'FRESHET_TEST_OPENSEARCH',
    isDedicated,
    borrow: borrowedServer,
    ways: [
      { name: `container ${IMAGE}`, start: () => startInContainer(isMeasured) },
      { name: 'jars from Maven Central', start: () => startFromJars(isMeasured) },
    ],
  });
}

async function startInContainer(isMeasured: boolean): Promise<TestServer> {
  const [port] = (await freePorts(1)) as [number];
  return startContainer({
    image: IMAGE,
    url: `http://127.0.0.1:${port}`,
    ports: [{ container: 9200, host: port }],
    environment: {
      'discovery.type': 'single-node',
      DISABLE_SECURITY_PLUGIN: 'true',
      DISABLE_INSTALL_DEMO_CONFIG: 'true',
      OPENSEARCH_JAVA_OPTS: isMeasured ? '-Xms1g -Xmx1g' : '-Xms512m -Xmx512m',
    },
    waitFor: (wait) => wait.forHttp('/_cluster/health', 9200).forStatusCode(200),
  });
}

async function startFromJars(isMeasured: boolean): Promise<TestServer> {
  const [port, transportPort] = (await freePorts(2)) as [number, number];
  return startLocalServer({
    name: 'opensearch',
    url: `http://127.0.0.1:${port}`,
    scripts: 'opensearch-maven',
    pidFile: 'opensearch.pid',
    async launch({ data, scripts }) {
      const installed = join(cacheFolder, 'opensearch');
      await runProgram(join(scripts, 'install.sh'), [], { env: { OPENSEARCH_DEV_DIR: installed } });
      await linkHome(join(installed, 'home'), join(data, 'home'));
      await runProgram(join(scripts, 'start.sh'), [], {
        env: {
          OPENSEARCH_DEV_DIR: data,
          OPENSEARCH_HTTP_PORT: String(port),
          OPENSEARCH_TRANSPORT_PORT: String(transportPort),
          // Tests start servers far more often than they search: a quick start is worth more than quick code.
          ...(isMeasured
            ? { OPENSEARCH_HEAP_MIN: '1g', OPENSEARCH_HEAP_MAX: '1g' }
            : {
                OPENSEARCH_HEAP_MIN: '384m',
                OPENSEARCH_HEAP_MAX: '768m',
                OPENSEARCH_JAVA_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
              }),
        },
      });
    },
  });
}

/** A home of the server's own for what it writes, with the installed code inside. */
async function linkHome(installed: string, home: string): Promise<void> {
  await mkdir(join(home, 'config'), { recursive: true });
  await copyFile(join(installed, '.stamp'), join(home, '.stamp'));
  for (const part of ['lib', 'modules', 'plugins']) {
    await symlink(join(installed, part), join(home, part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
