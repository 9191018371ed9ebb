import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { runProgram, startLocalServer } from './local-process.ts';
import type { TestServer } from './server.ts';
import { until } from './until.ts';

/** How long the connector may take from its start until it streams, in milliseconds. */
const STREAMING_TIMEOUT_MS = 60_000;
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

export interface DebeziumOptions {
  /** Bootstrap address of Kafka, host:port. */
  brokers: string;
  /** postgres://user@host:port/database, with wal_level=logical. */
  database: string;
  /** Stands before the names of the topics: `<topicPrefix>.<schema>.<table>`. */
  topicPrefix: string;
  /** `schema.table` of what is captured. */
  tables: string[];
  /** Whether each message carries its schema. */
  withSchema?: boolean;
  /** Further properties of the connector; addresses and names are those above. */
  connector?: Record<string, string>;
}

/**
 * Debezium's PostgreSQL connector in a Kafka Connect worker of its own, on pgoutput; resolves once it streams changes.
 * `url` is the worker's REST API. The replication slot stays in the database when the worker stops.
 */
export async function startDebezium({
  brokers,
  database,
  topicPrefix,
  tables,
  withSchema = false,
  connector = {},
}: DebeziumOptions): Promise<TestServer> {
  const [port] = (await freePorts(1)) as [number];
  const { hostname, port: databasePort, username, password, pathname } = new URL(database);
  const slot = topicPrefix.replaceAll(/[^a-z0-9_]/g, '_');
  const properties: Record<string, string> = {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    ...connector,
    name: 'debezium',
    'database.hostname': hostname,
    'database.port': databasePort,
    'database.user': username,
    'database.password': password,
    'database.dbname': pathname.slice(1),
    'topic.prefix': topicPrefix,
    'table.include.list': tables.join(','),
    'slot.name': slot,
    'publication.name': slot,
    'publication.autocreate.mode': 'filtered',
    'topic.creation.default.partitions': '1',
    'topic.creation.default.replication.factor': '1',
    'key.converter': JSON_CONVERTER,
    'key.converter.schemas.enable': String(withSchema),
    'value.converter': JSON_CONVERTER,
    'value.converter.schemas.enable': String(withSchema),
  };
  const url = `http://127.0.0.1:${port}`;
  const server = await startLocalServer({
    name: 'debezium',
    url,
    scripts: 'debezium-maven',
    pidFile: 'connect.pid',
    async launch({ data, scripts }) {
      const file = join(data, 'connector.json');
      await writeFile(file, JSON.stringify({ name: properties['name'], config: properties }));
      await runProgram(join(scripts, 'start.sh'), [], {
        env: {
          CONNECT_PORT: String(port),
          CONNECT_BROKERS: brokers,
          CONNECT_CONNECTOR: file,
          CONNECT_DATA_DIR: data,
        },
      });
    },
  });
  try {
    await until(() => demandRunning(url), { timeoutMs: STREAMING_TIMEOUT_MS });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function demandRunning(url: string): Promise<void> {
  const response = await fetch(`${url}/connectors/debezium/status`);
  const { connector, tasks } = (await response.json()) as {
    connector?: { state: string };
    tasks?: { state: string; trace?: string }[];
  };
  const states = [connector?.state, ...(tasks ?? []).map(({ state }) => state)];
  const trace = tasks?.find(({ trace }) => trace)?.trace;
  if (states.length < 2 || states.some((state) => state !== 'RUNNING')) {
    throw new Error(`Debezium is ${states.join(', ')}${trace ? `: ${trace.split('\n')[0]}` : ''}`);
  }
}
