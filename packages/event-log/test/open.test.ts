import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '@freshet/shared/config';
import { Type } from 'typebox';
import { eventLogConfig, openEventLog } from '../open.ts';
import { tempFolder } from './sqlite/temp-log.ts';

const schema = Type.Object(eventLogConfig);

test('without brokers the log is embedded, with the topics of a fleet', async (t) => {
  const folder = tempFolder(t);
  const config = loadConfig(schema, { DATA_DIR: folder });
  const log = await openEventLog(config, { name: 'test' });
  t.after(() => log.close());
  await log.ping();
  assert.equal((await log.lag('documents', 'group')).length, 1, 'one reader, one partition');
  for (const topic of ['documents.dlq', 'feedback', 'audit']) {
    assert.equal((await log.lag(topic, 'group')).length, 1);
  }
});

test('with brokers the log is Kafka, which need not be up, and the folder stays empty', async (t) => {
  const folder = tempFolder(t);
  const config = loadConfig(schema, { DATA_DIR: folder, KAFKA_BROKERS: '127.0.0.1:1' });
  const log = await openEventLog(config, { name: 'test' });
  t.after(() => log.close());
  await assert.rejects(log.ping(), {
    code: 'FRESHET_EVENT_LOG_UNAVAILABLE',
    message: 'Kafka at 127.0.0.1:1 refused the connection.',
  });
  assert.equal(existsSync(join(folder, 'log.db')), false);
});
