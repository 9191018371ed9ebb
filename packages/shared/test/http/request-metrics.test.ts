import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApp } from '../service/open-app.ts';

test('each request is counted under its route, not under its path', async (t) => {
  const { app } = await openApp(t);
  app.get('/documents/:id', async () => 'here');
  for (const id of ['a', 'b', 'c']) await app.inject(`/documents/${id}`);
  for (const path of ['/nowhere', '/elsewhere', '/documents/%zz']) await app.inject(path);
  const answer = await app.inject('/metrics');
  assert.match(String(answer.headers['content-type']), /^text\/plain/);
  const counts = answer.body.split('\n').filter((line) => line.includes('duration_seconds_count'));
  assert.ok(
    counts.some((line) => /route="\/documents\/:id",status="200"\S* 3$/.test(line)),
    counts.join('\n'),
  );
  assert.ok(
    counts.some((line) => /route="unknown",status="404"\S* 2$/.test(line)),
    counts.join('\n'),
  );
  assert.doesNotMatch(answer.body, /nowhere|zz/);
  assert.match(answer.body, /service="test"/);
});

test('a request leaves one log line, and one that only machines make leaves it at debug', async (t) => {
  const { app, logged } = await openApp(t);
  app.get('/documents/:id', async () => 'here');
  await app.inject('/documents/a?token=hunter2');
  await app.inject('/livez');
  const lines = logged.filter(({ msg }) => msg === 'request completed');
  assert.deepEqual(
    lines.map(({ level, route, status }) => ({ level, route, status })),
    [
      { level: 'info', route: '/documents/:id', status: 200 },
      { level: 'debug', route: '/livez', status: 200 },
    ],
  );
  assert.match(String(lines[0]?.['traceId']), /^[0-9a-f]{32}$/);
  assert.doesNotMatch(JSON.stringify(logged), /hunter2/);
});
