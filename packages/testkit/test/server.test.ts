import assert from 'node:assert/strict';
import { test } from 'node:test';
import { borrowedServer, startServer, type TestServer } from '../server.ts';

function way(name: string, outcome: TestServer | Error) {
  const calls: string[] = [];
  return {
    calls,
    name,
    async start() {
      calls.push(name);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  };
}

const choice = { name: 'Thing', variable: 'FRESHET_TEST_THING', borrow: borrowedServer };
const server = borrowedServer('own:1');

test('an address in the environment comes before every other way, and is left alone', async () => {
  const unused = way('unused', server);
  const borrowed = await startServer({ ...choice, ways: [unused], env: { FRESHET_TEST_THING: 'theirs:2' } });
  assert.equal(borrowed.url, 'theirs:2');
  assert.deepEqual(unused.calls, []);
  await borrowed.stop();
  await assert.rejects(borrowed.kill(), /theirs:2 belongs to others/);
});

test('ways are tried in their order, until one works', async () => {
  const ways = [way('container', new Error('no engine')), way('jars', server), way('never', server)];
  assert.equal(await startServer({ ...choice, ways, env: {} }), server);
  assert.deepEqual(
    ways.map(({ calls }) => calls.length),
    [1, 1, 0],
  );
});

test('a dedicated server is never the one that the environment names', async () => {
  const started = await startServer({
    ...choice,
    ways: [way('jars', server)],
    isDedicated: true,
    env: { FRESHET_TEST_THING: 'theirs:2' },
  });
  assert.equal(started.url, 'own:1');
});

test('where nothing works, the error names the variable and every reason', async () => {
  const ways = [way('container', new Error('no engine')), way('jars', new Error('mvn is not installed'))];
  await assert.rejects(startServer({ ...choice, ways, env: {} }), {
    message: /no Thing.*FRESHET_TEST_THING[\s\S]*container: no engine[\s\S]*jars: mvn is not installed/,
  });
});
