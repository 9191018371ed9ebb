import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openReaders, openReceivers } from '../open.ts';
import { writeConnectors } from './fixture.ts';

const connector = {
  name: 'wiki',
  type: 'confluence',
  tenant: 'default',
  source: 'wiki',
  baseUrl: 'https://example.atlassian.net',
  credentials: { username: 'a@example.com', token: { env: 'TOKEN' } },
  webhookSecret: { env: 'SECRET' },
};

const wrong: [name: string, connectors: unknown, detail: RegExp][] = [
  ['no JSON', '{', /JSON/],
  ['no list', {}, /\/ must be a list/],
  ['an unknown type', [{ ...connector, type: 'sharepoint' }], /\/0\/type must be confluence, zendesk or s3/],
  ['an entry that is null', [null], /\/0\/type/],
  ['a missing field', [{ ...connector, source: undefined }], /\/0 .*source/],
  ['a misspelt field', [connector, { ...connector, name: 'b', spaes: [] }], /\/1 .*spaes/],
  ['a field of another type', [{ ...connector, tickets: {} }], /\/0 .*tickets/],
  ['a secret in the file', [{ ...connector, credentials: { token: 'abc' } }], /\/0\/credentials\/token/],
  ['a name that is no path segment', [{ ...connector, name: 'a/b' }], /\/0\/name/],
  ['a name that is there twice', [connector, connector], /\/1\/name is the name of another/],
  ['an address that is none', [{ ...connector, baseUrl: 'example.com' }], /\/0\/baseUrl/],
  ['an acl that is none', [{ ...connector, acl: { allow: ['everyone'] } }], /\/0\/acl/],
];

for (const [name, connectors, message] of wrong) {
  test(`a file with ${name} is refused with the path`, async (t) => {
    const file = await writeConnectors(t, connectors);
    await assert.rejects(openReaders(file), { code: 'FRESHET_CONFIG_INVALID', message });
  });
}

test('a file that is not there is refused by name', async () => {
  await assert.rejects(openReceivers('/no/such/file'), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /no\/such\/file/,
  });
});

test('secrets come from variables or files; each side reads its own alone', async (t) => {
  const file = await writeConnectors(t, [connector]);
  const receivers = await openReceivers(file, { env: { SECRET: 'x' } });
  assert.deepEqual([...receivers.keys()], ['wiki']);
  const readers = await openReaders(file, { env: { TOKEN: 'x' } });
  for (const reader of readers.values()) await reader.close();
  await assert.rejects(openReaders(file, { env: { TOKEN: '  ' } }), {
    code: 'FRESHET_CONFIG_INVALID',
    message: /wiki\/credentials\/token: the variable TOKEN has no value/,
  });
  const secret = join(dirname(file), 'secret');
  await writeFile(secret, 'x\n');
  const fromFile = await writeConnectors(t, [{ ...connector, webhookSecret: { file: secret } }]);
  assert.equal((await openReceivers(fromFile, { env: {} })).size, 1);
});

test('a connector without a webhook secret takes no webhooks', async (t) => {
  const file = await writeConnectors(t, [{ ...connector, webhookSecret: undefined }]);
  assert.equal((await openReceivers(file, { env: {} })).size, 0);
});

test('a connector that is asked for and not there is refused with the names that are', async (t) => {
  const file = await writeConnectors(t, [connector]);
  await assert.rejects(openReaders(file, { only: 'zendesk', env: { TOKEN: 'x' } }), {
    code: 'FRESHET_CONNECTOR_UNKNOWN',
    message: /it has: wiki/,
  });
});
