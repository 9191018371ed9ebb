import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openChunkIndex } from '@freshet/chunk-index/open';
import { openEventLog } from '@freshet/event-log/open';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import { loadConfig } from '@freshet/shared/config';
import { createLogger } from '@freshet/shared/log';
import { openIngestor } from '../app.ts';
import { IngestorConfig } from '../config.ts';

const connector = { name: 'guide', type: 's3', tenant: 'default', source: 'guide', bucket: 'docs' };
const wiki = {
  ...connector,
  type: 'confluence',
  bucket: undefined,
  baseUrl: 'https://example.com',
  credentials: { token: { env: 'TOKEN_THAT_IS_NOT_SET' } },
};
const wrong: [name: string, content: string | undefined, message: RegExp][] = [
  ['is not there', undefined, /CONNECTORS_FILE/],
  ['is empty', '', /CONNECTORS_FILE/],
  ['is half a file', '[{"name":"guide",', /CONNECTORS_FILE/],
  ['names a field that there is not', JSON.stringify([{ ...connector, queue: 'x' }]), /\/0 .*queue/],
  ['names a queue that is no address', JSON.stringify([{ ...connector, queueUrl: 'docs' }]), /\/0\/queueUrl/],
  ['names a topic of ours', JSON.stringify([{ ...connector, topic: 'documents' }]), /\/0\/topic/],
  ['names a secret that is not set', JSON.stringify([wiki]), /TOKEN_THAT_IS_NOT_SET/],
];

for (const [name, content, message] of wrong) {
  test(`a CONNECTORS_FILE that ${name} ends the start before anything is consumed`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'freshet-start-'));
    const file = join(folder, 'connectors.json');
    if (content !== undefined) await writeFile(file, content);
    const embedder = createHashedEmbedder();
    const config = loadConfig(IngestorConfig, { DATA_DIR: folder, CONNECTORS_FILE: file });
    const log = await openEventLog(config, { name: 'test' });
    const index = await openChunkIndex(config, embedder);
    t.after(async () => {
      await Promise.all([log.close(), index.close()]);
      await rm(folder, { recursive: true });
    });
    const consumed: string[] = [];
    const watched = {
      ...log,
      consume: (options: Parameters<typeof log.consume>[0]) => {
        consumed.push(options.topic);
        return log.consume(options);
      },
    };
    const logger = createLogger({ name: 'test', level: 'silent' });
    await assert.rejects(openIngestor({ config, logger, log: watched, index, embedder, env: {} }), {
      code: 'FRESHET_CONFIG_INVALID',
      message,
    });
    assert.deepEqual(consumed, []);
  });
}
