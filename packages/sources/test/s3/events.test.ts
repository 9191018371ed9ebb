import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventBridge, formEncode, notification, sns } from '@freshet/testkit/s3-messages';
import fc from 'fast-check';
import { readObjectEvents } from '../../s3/events.ts';
import { createEventRouter } from '../../s3/router.ts';

test('a key is the same in every shape that a message has', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(key, (key) => {
      const wanted = [{ bucket: 'docs', key }];
      for (const message of [notification('ObjectCreated:Put', key), eventBridge('Object Created', key)]) {
        assert.deepEqual(readObjectEvents(message), wanted);
        assert.deepEqual(readObjectEvents(sns(message)), wanted);
        assert.deepEqual(readObjectEvents(sns(sns(message))), wanted);
      }
    }),
  );
});

test('a notification is form-encoded, and an event of EventBridge is not', () => {
  assert.equal(formEncode('a b+ä.md'), 'a+b%2B%C3%A4.md');
  assert.equal(readObjectEvents(notification('ObjectCreated:Put', 'a b+ä.md'))[0]?.key, 'a b+ä.md');
  assert.equal(readObjectEvents(eventBridge('Object Created', 'a+b%20c.md'))[0]?.key, 'a+b%20c.md');
});

for (const name of [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
  's3:ObjectCreated:Put',
  'ObjectRemoved:Delete',
  'ObjectRemoved:DeleteMarkerCreated',
  'LifecycleExpiration:Delete',
  'LifecycleExpiration:DeleteMarkerCreated',
  'ObjectRestore:Completed',
]) {
  test(`after ${name} the object is read`, () => {
    assert.deepEqual(readObjectEvents(notification(name, 'a.md')), [{ bucket: 'docs', key: 'a.md' }]);
  });
}

for (const name of [
  'ObjectTagging:Put',
  'ObjectAcl:Put',
  'ObjectRestore:Post',
  'LifecycleTransition',
  'Replication:OperationReplicatedAfterThreshold',
]) {
  test(`${name} leaves the content as it is`, () => {
    assert.deepEqual(readObjectEvents(notification(name, 'a.md')), []);
  });
}

test('what S3 sends to try a queue is no event, nor is what EventBridge says of tags', () => {
  const trial = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'docs', Time: '2026-01-02T03:04:05Z' };
  assert.deepEqual(readObjectEvents(JSON.stringify(trial)), []);
  assert.deepEqual(readObjectEvents(sns(JSON.stringify(trial))), []);
  assert.deepEqual(readObjectEvents(eventBridge('Object Tags Added', 'a.md')), []);
  assert.deepEqual(readObjectEvents(eventBridge('Object Deleted', 'a.md')).length, 1);
});

const record = (s3: unknown) => JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] });
const wrong: [name: string, message: string][] = [
  ['nothing', ''],
  ['half a message', notification('ObjectCreated:Put', 'a.md').slice(0, 100)],
  ['a list', '[]'],
  ['null', 'null'],
  ['another object', '{"hello":"world"}'],
  ['a record without a name', JSON.stringify({ Records: [{}] })],
  ['a record that is null', JSON.stringify({ Records: [null] })],
  ['a record without an object', record({ bucket: { name: 'docs' } })],
  ['a record without a bucket', record({ object: { key: 'a.md' } })],
  ['an empty key', record({ bucket: { name: 'docs' }, object: { key: '' } })],
  ['a key that is a number', record({ bucket: { name: 'docs' }, object: { key: 7 } })],
  ['a key that is not encoded', record({ bucket: { name: 'docs' }, object: { key: '100%.md' } })],
  ['a key with half a character', record({ bucket: { name: 'docs' }, object: { key: 'a\ud800.md' } })],
  ['an event of another service', eventBridge('Object Created', 'a.md').replace('aws.s3', 'aws.ec2')],
  ['an envelope around nothing', sns('hello')],
];

for (const [name, message] of wrong) {
  test(`${name} is refused in words`, () => {
    assert.throws(() => readObjectEvents(message), {
      code: 'FRESHET_EVENT_INVALID',
      message: /^The message /,
    });
  });
}

test('any text is read or refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        readObjectEvents(text);
      } catch (error) {
        assert.equal((error as { code: string }).code, 'FRESHET_EVENT_INVALID');
      }
    }),
  );
});

test('an event goes to every connector of its bucket and prefix, and to no other', () => {
  const route = createEventRouter([
    { name: 'all', bucket: 'docs' },
    { name: 'guide', bucket: 'docs', prefix: 'guide/' },
    { name: 'other', bucket: 'other' },
  ]);
  const named = (key: string, bucket = 'docs') =>
    route(notification('ObjectCreated:Put', key, bucket)).map(({ connector }) => connector);
  assert.deepEqual(named('guide/a.md'), ['all', 'guide']);
  assert.deepEqual(named('a.md'), ['all']);
  assert.deepEqual(named('guide.md'), ['all']);
  assert.deepEqual(named('a.md', 'other'), ['other']);
  assert.deepEqual(named('a.md', 'third'), []);
  assert.deepEqual(named('guide/a.zip'), []);
  assert.deepEqual(named('guide/'), []);
  assert.deepEqual(route(notification('ObjectCreated:Put', 'guide/a b.md'))[0], {
    connector: 'all',
    kind: 'object',
    id: 'guide/a b.md',
  });
});
