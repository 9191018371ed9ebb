import { join } from 'node:path';
import { startContainer } from './container.ts';
import { freePorts } from './free-ports.ts';
import { cacheFolder, runProgram, startLocalServer } from './local-process.ts';
import { borrowedServer, startServer, type TestServer } from './server.ts';

const IMAGE = 'apache/kafka:4.1.1';

const TOOLS = {
  configs: 'org.apache.kafka.tools.ConfigCommand',
  'console-producer': 'org.apache.kafka.tools.ConsoleProducer',
};

export interface KafkaOptions {
  /** A broker that the caller alone uses, and may kill. */
  isDedicated?: boolean;
  /** A user that a dedicated broker knows, by PLAIN and SCRAM, on a listener that demands SASL. */
  user?: { name: string; password: string };
}

export interface TestKafka extends TestServer {
  /** The listener that demands SASL, where a user was asked for. */
  readonly saslUrl: string | undefined;
  /** Runs one of Kafka's own command-line tools, which reads `input`. A borrowed broker has none. */
  tool(name: keyof typeof TOOLS, args: string[], input?: string): Promise<void>;
}

/** One Kafka broker in KRaft mode; `url` is its bootstrap address, host:port. Topics are not created by use. */
export function startKafka({ isDedicated = false, user }: KafkaOptions = {}): Promise<TestKafka> {
  return startServer<TestKafka>({
    name: 'Kafka',
    variable: 'FRESHET_TEST_KAFKA',
    isDedicated: isDedicated || user !== undefined,
    borrow,
    ways: [
      { name: `container ${IMAGE}`, start: () => startInContainer(user) },
      { name: 'jars from Maven Central', start: () => startFromJars(user) },
    ],
  });
}

function borrow(url: string): TestKafka {
  const server = borrowedServer(url);
  return { ...server, saslUrl: undefined, tool: server.start };
}

async function startInContainer(user: KafkaOptions['user']): Promise<TestKafka> {
  const [port, controllerPort, saslPort] = (await freePorts(3)) as [number, number, number];
  const properties = {
    'node.id': '1',
    'process.roles': 'broker,controller',
    'controller.quorum.voters': `1@localhost:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    ...listeners({ bind: '', advertise: '127.0.0.1', port, controllerPort, saslPort, user }),
  };
  const server = await startContainer({
    image: IMAGE,
    url: `127.0.0.1:${port}`,
    ports: [port, saslPort].map((number) => ({ container: number, host: number })),
    environment: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [environmentName(name), value]),
    ),
    waitFor: (wait) => wait.forLogMessage('Kafka Server started'),
  });
  return complete(server, user, saslPort, async (name, args, input = '') => {
    const script = `printf '%s' "$0" | /opt/kafka/bin/kafka-${name}.sh "$@"`;
    await server.exec(['sh', '-c', script, input, '--bootstrap-server', server.url, ...args]);
  });
}

async function startFromJars(user: KafkaOptions['user']): Promise<TestKafka> {
  const [port, controllerPort, saslPort] = (await freePorts(3)) as [number, number, number];
  const host = '127.0.0.1';
  const url = `${host}:${port}`;
  const properties = listeners({ bind: host, advertise: host, port, controllerPort, saslPort, user });
  const jars = join(cacheFolder, 'kafka-maven/lib');
  const server = await startLocalServer({
    name: 'kafka',
    url,
    scripts: 'kafka-maven',
    pidFile: 'broker.pid',
    async launch({ data, scripts }) {
      await runProgram(join(scripts, 'start.sh'), [], {
        env: {
          KAFKA_HOST: host,
          KAFKA_PORT: String(port),
          KAFKA_CONTROLLER_PORT: String(controllerPort),
          KAFKA_DATA_DIR: data,
          KAFKA_HEAP: '384m',
          KAFKA_EXTRA_PROPS: Object.entries(properties)
            .map((pair) => pair.join('='))
            .join('\n'),
        },
      });
    },
  });
  return complete(server, user, saslPort, async (name, args, input) => {
    const java = process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin/java') : 'java';
    const command = ['-Xmx128m', '-cp', join(jars, '*'), TOOLS[name], '--bootstrap-server', url, ...args];
    await runProgram(java, command, { input });
  });
}

/** Adds the user; PLAIN users stand in the broker's properties, SCRAM's are made while it runs. */
async function complete(
  server: TestServer,
  user: KafkaOptions['user'],
  saslPort: number,
  tool: TestKafka['tool'],
): Promise<TestKafka> {
  if (!user) return { ...server, saslUrl: undefined, tool };
  const entity = ['--entity-type', 'users', '--entity-name', user.name];
  try {
    // One at a time: Kafka refuses two credentials of a user in one request.
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      await tool('configs', [
        '--alter',
        ...entity,
        '--add-config',
        `${mechanism}=[password=${user.password}]`,
      ]);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, saslUrl: `127.0.0.1:${saslPort}`, tool };
}

interface Listeners {
  bind: string;
  advertise: string;
  port: number;
  controllerPort: number;
  saslPort: number;
  user: KafkaOptions['user'];
}

function listeners({ bind, advertise, port, controllerPort, saslPort, user }: Listeners) {
  const clients: Record<string, number> = { CLIENT: port, ...(user && { SASL: saslPort }) };
  const all = (host: string, ports: Record<string, number>) =>
    Object.entries(ports)
      .map(([name, number]) => `${name}://${host}:${number}`)
      .join(',');
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    listeners: all(bind, { ...clients, CONTROLLER: controllerPort }),
    'advertised.listeners': all(advertise, clients),
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT',
    ...(user && {
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
      'listener.name.sasl.scram-sha-256.sasl.jaas.config': scram,
      'listener.name.sasl.scram-sha-512.sasl.jaas.config': scram,
    }),
  };
}

/** How the official image takes a property. */
function environmentName(property: string): string {
  return `KAFKA_${property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`;
}
