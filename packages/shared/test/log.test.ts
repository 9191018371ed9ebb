import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../log.ts';

function capture(level?: string) {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'gateway',
    ...(level === undefined ? {} : { level }),
    destination: { write: (line) => lines.push(line) },
  });
  return { logger, lines };
}

test('secrets are redacted, at the top and one level down', () => {
  const { logger, lines } = capture();
  const credentials = Object.fromEntries(
    ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey'].map((name) => [name, 'hunter2']),
  );
  logger.info(credentials, 'top');
  logger.info({ config: credentials }, 'nested');
  logger.info({ headers: { ...credentials, 'x-api-key': 'hunter2' } }, 'headers');
  logger.info({ req: { headers: { ...credentials, 'x-api-key': 'hunter2' } } }, 'request');
  logger.child({ user: { token: 'hunter2' } }).info({ token: 'hunter2' }, 'child');
  assert.equal(lines.length, 5);
  for (const line of lines.slice(0, 3)) assert.doesNotMatch(line, /hunter2/);
  const request = JSON.parse(lines[3]!).req.headers;
  assert.deepEqual(
    [request.authorization, request.cookie, request['x-api-key']],
    ['[redacted]', '[redacted]', '[redacted]'],
  );
  assert.doesNotMatch(lines[4]!, /hunter2/);
});

test('a line names its service, its level in words and its time', () => {
  const { logger, lines } = capture();
  logger.warn({ chunks: 3 }, 'indexed');
  logger.debug('not written');
  const [line, ...others] = lines.map((text) => JSON.parse(text));
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...line, time: undefined },
    { level: 'warn', time: undefined, name: 'gateway', chunks: 3, msg: 'indexed' },
  );
  assert.ok(Math.abs(Date.parse(line.time) - Date.now()) < 60_000);
});
