import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources } from '../sources.ts';

test('a source has its own acl, else that of the star, else none', () => {
  const closed = { allow: ['group:staff'] };
  const open = { public: true };
  const sources = readSources(JSON.stringify({ handbook: { acl: closed }, '*': { acl: open } }));
  assert.deepEqual(sources.defaultAcl('handbook'), closed);
  assert.deepEqual(sources.defaultAcl('tickets'), open);
  assert.equal(readSources('{}').defaultAcl('handbook'), undefined);
});

test('what a source does not say, the star says', () => {
  const sources = readSources(
    '{"tickets":{"retentionDays":90},"*":{"acl":{"public":true},"retentionDays":400}}',
  );
  assert.deepEqual([sources.defaultAcl('tickets'), sources.retentionDays('tickets')], [{ public: true }, 90]);
  assert.equal(sources.retentionDays('wiki'), 400);
  assert.equal(readSources('{}').retentionDays('wiki'), undefined);
});

test('a source has its own sizes of chunks, else those of the star, else the usual ones', () => {
  const sources = readSources(
    '{"faq":{"chunking":{"targetTokens":80}},"*":{"chunking":{"overlapTokens":0}}}',
  );
  assert.deepEqual(sources.chunking('faq'), { targetTokens: 80 });
  assert.deepEqual(sources.chunking('wiki'), { overlapTokens: 0 });
  assert.deepEqual(readSources('{}').chunking('wiki'), {});
});

test("a source is never one of JavaScript's own names", () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(readSources('{}').defaultAcl(name), undefined);
  }
});

test('settings that are wrong are refused', () => {
  for (const json of [
    '',
    '{',
    'null',
    '[]',
    '{"handbook": {}}',
    '{"handbook": {"acl": {"public": false}}}',
    '{"handbook": {"retentionDays": 0}}',
    '{"handbook": {"chunking": {}}}',
    '{"handbook": {"chunking": {"targetTokens": 3}}}',
    '{"handbook": {"chunking": {"target": 100}}}',
    '{"handbook": {"retentionDays": "90"}}',
    '{"handbook": {"acl": {"public": true, "allow": []}}}',
    '{"handbook": {"acl": {"allow": ["ada"]}}}',
    '{"handbook": {"acl": {"public": true}, "surplus": 1}}',
    '{"Handbook": {"acl": {"public": true}}}',
    '{"__proto__": {"acl": {"public": true}}}',
  ]) {
    assert.throws(() => readSources(json), { code: 'FRESHET_CONFIG_INVALID' }, json);
  }
});
