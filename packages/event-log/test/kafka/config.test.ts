import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { Type } from 'typebox';
import { kafkaConfig, readKafkaConnection } from '../../kafka/config.ts';
import { tempFolder } from '../sqlite/temp-log.ts';

function read(env: Record<string, string>) {
  const config = loadConfig(Type.Object(kafkaConfig), { KAFKA_BROKERS: 'kafka:9092', ...env });
  return readKafkaConnection({ ...config, KAFKA_BROKERS: config.KAFKA_BROKERS! }, 'test');
}

test('brokers are separated by commas; names, IPv4 and IPv6 are taken', async () => {
  const { brokers, tls, sasl } = await read({ KAFKA_BROKERS: 'a:9092, 10.0.0.1:9092,[::1]:9094' });
  assert.deepEqual(brokers, ['a:9092', '10.0.0.1:9092', '[::1]:9094']);
  assert.deepEqual([tls, sasl], [undefined, undefined]);
});

test('TLS trusts the authority of the file', async (t) => {
  const file = join(tempFolder(t), 'ca.pem');
  writeFileSync(file, 'certificate');
  assert.deepEqual((await read({ KAFKA_TLS: 'true' })).tls, {});
  assert.deepEqual((await read({ KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: file })).tls, { ca: 'certificate' });
});

test('plain and SCRAM take user and password', async () => {
  const user = { KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' };
  assert.deepEqual((await read({ KAFKA_SASL: 'scram-sha-512', ...user })).sasl, {
    mechanism: 'scram-sha-512',
    username: 'u',
    password: 'p',
  });
});

test('aws-iam logs in with a token that is signed for the region', async (t) => {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = 'EXAMPLE';
  t.after(() => {
    for (const [index, name] of names.entries()) {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    }
  });
  const { sasl } = await read({ KAFKA_SASL: 'aws-iam', KAFKA_AWS_REGION: 'eu-west-1', KAFKA_TLS: 'true' });
  assert.equal(sasl?.mechanism, 'oauthbearer');
  const { value } = await (
    sasl as { oauthBearerProvider: () => Promise<{ value: string }> }
  ).oauthBearerProvider();
  const url = new URL(Buffer.from(value, 'base64url').toString());
  assert.equal(url.host, 'kafka.eu-west-1.amazonaws.com');
  assert.equal(url.searchParams.get('Action'), 'kafka-cluster:Connect');
});

for (const [env, reason] of [
  [{ KAFKA_BROKERS: 'http://kafka:9092' }, /KAFKA_BROKERS must be host:port/],
  [{ KAFKA_BROKERS: 'a:9092,' }, /KAFKA_BROKERS must be host:port/],
  [{ KAFKA_SASL: 'plain', KAFKA_USERNAME: 'u' }, /KAFKA_SASL=plain needs KAFKA_USERNAME and KAFKA_PASSWORD/],
  [{ KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' }, /KAFKA_PASSWORD need a KAFKA_SASL/],
  [{ KAFKA_SASL: 'aws-iam', KAFKA_TLS: 'true' }, /needs KAFKA_AWS_REGION/],
  [{ KAFKA_SASL: 'aws-iam', KAFKA_AWS_REGION: 'eu-west-1' }, /needs KAFKA_TLS=true/],
  [{ KAFKA_TLS_CA_FILE: '/ca.pem' }, /KAFKA_TLS_CA_FILE needs KAFKA_TLS=true/],
  [
    { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/no/such.pem' },
    /KAFKA_TLS_CA_FILE \/no\/such\.pem cannot be read/,
  ],
] as [Record<string, string>, RegExp][]) {
  test(`${Object.keys(env).join(' and ')} are refused where they contradict: ${reason.source}`, async () => {
    await assert.rejects(read(env), { code: 'FRESHET_CONFIG_INVALID', message: reason });
  });
}
