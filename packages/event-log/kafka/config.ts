import { readFileSync } from 'node:fs';
import { FreshetError } from '@freshet/shared/errors';
import type { SASLOptions } from 'kafkajs';
import { type Static, type TObject, Type } from 'typebox';
import type { KafkaConnection } from './client.ts';

/** Variables of the connection to Kafka; without KAFKA_BROKERS none of them counts. */
export const kafkaConfig = {
  KAFKA_BROKERS: Type.Optional(
    Type.String({
      description: 'Bootstrap brokers, `host:port`, separated by commas. Without it the log is embedded.',
    }),
  ),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Encrypts the connections to the brokers.' }),
  KAFKA_TLS_CA_FILE: Type.Optional(
    Type.String({
      description: 'PEM file of the authority that signed the brokers; the system’s by default.',
    }),
  ),
  KAFKA_SASL: Type.Union(
    (['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'aws-iam'] as const).map((mechanism) =>
      Type.Literal(mechanism),
    ),
    { default: 'none', description: 'How to log in to the brokers.' },
  ),
  KAFKA_USERNAME: Type.Optional(Type.String({ description: 'User of `plain` and `scram`.' })),
  KAFKA_PASSWORD: Type.Optional(Type.String({ description: 'Password of the user.', writeOnly: true })),
  KAFKA_AWS_REGION: Type.Optional(Type.String({ description: 'Region of the MSK cluster, for `aws-iam`.' })),
  KAFKA_TOPIC_PREFIX: Type.String({
    default: '',
    pattern: '^[A-Za-z0-9._-]*$',
    description: 'Stands before the name of every topic and consumer group, on a cluster that is shared.',
  }),
  TOPIC_PARTITIONS: Type.Integer({
    default: 6,
    minimum: 1,
    maximum: 10_000,
    description: 'Partitions of `documents` when it is made: as many ingestors can share the work.',
  }),
  TOPIC_REPLICATION: Type.Integer({
    default: -1,
    minimum: -1,
    maximum: 32,
    description: 'Copies of each topic that is made in Kafka; -1 is what the brokers have as default.',
  }),
  TOPIC_RETENTION_HOURS: Type.Integer({
    default: 24 * 30,
    minimum: 1,
    description: 'How long dead letters, feedback and audit records are kept in Kafka.',
  }),
};

export type KafkaConfig = Static<TObject<typeof kafkaConfig>>;

/**
 * The connection that the variables describe.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming the variables that contradict each other.
 */
export async function readKafkaConnection(
  config: KafkaConfig & { KAFKA_BROKERS: string },
  clientId: string,
): Promise<KafkaConnection> {
  const brokers = config.KAFKA_BROKERS.split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => /^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/.test(broker))) {
    throw invalid('KAFKA_BROKERS must be host:port, separated by commas');
  }
  if (config.KAFKA_TLS_CA_FILE && !config.KAFKA_TLS) throw invalid('KAFKA_TLS_CA_FILE needs KAFKA_TLS=true');
  const sasl = await readSasl(config);
  return {
    brokers,
    clientId,
    ...(config.KAFKA_TLS && {
      tls: config.KAFKA_TLS_CA_FILE ? { ca: readCa(config.KAFKA_TLS_CA_FILE) } : {},
    }),
    ...(sasl && { sasl }),
  };
}

async function readSasl(config: KafkaConfig): Promise<SASLOptions | undefined> {
  const {
    KAFKA_SASL: mechanism,
    KAFKA_USERNAME: username,
    KAFKA_PASSWORD: password,
    KAFKA_AWS_REGION: region,
  } = config;
  if (mechanism === 'none') {
    if (username || password)
      throw invalid('KAFKA_USERNAME and KAFKA_PASSWORD need a KAFKA_SASL other than none');
    return undefined;
  }
  if (mechanism === 'aws-iam') {
    if (username || password)
      throw invalid('KAFKA_SASL=aws-iam takes no KAFKA_USERNAME and no KAFKA_PASSWORD');
    if (!region) throw invalid('KAFKA_SASL=aws-iam needs KAFKA_AWS_REGION');
    if (!config.KAFKA_TLS) throw invalid('KAFKA_SASL=aws-iam needs KAFKA_TLS=true');
    return awsIam(region);
  }
  if (!username || !password)
    throw invalid(`KAFKA_SASL=${mechanism} needs KAFKA_USERNAME and KAFKA_PASSWORD`);
  return { mechanism, username, password } as SASLOptions;
}

/** Logs in as the AWS identity of this process; tokens live 15 minutes, and KafkaJS asks for the next in time. */
async function awsIam(region: string): Promise<SASLOptions> {
  // Loaded late: the AWS SDK costs time and memory that others need not spend.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: (await generateAuthToken({ region })).token }),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw invalid(`KAFKA_TLS_CA_FILE ${path} cannot be read`, cause);
  }
}

function invalid(reason: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CONFIG_INVALID', { detail: `${reason}.`, cause });
}
