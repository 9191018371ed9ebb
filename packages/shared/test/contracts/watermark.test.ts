import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeWatermark, encodeWatermark, hasReached } from '../../contracts/watermark.ts';

const watermark = fc
  .array(fc.tuple(fc.nat(64), fc.maxSafeNat()), { maxLength: 64 })
  .map((entries) => new Map(entries));

test('a watermark survives its token', () => {
  fc.assert(
    fc.property(watermark, (sent) => {
      const token = encodeWatermark(sent);
      assert.match(token, /^[\w-]+$/);
      assert.deepEqual(decodeWatermark(token), new Map([...sent].sort(([a], [b]) => a - b)));
    }),
  );
});

test('the order in which partitions were seen does not change the token', () => {
  assert.equal(
    encodeWatermark(
      new Map([
        [1, 5],
        [0, 3],
      ]),
    ),
    encodeWatermark(
      new Map([
        [0, 3],
        [1, 5],
      ]),
    ),
  );
});

test('garbage is refused with its own code, whatever it is', () => {
  const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const bad of [
    '',
    'garbage',
    '!!!!',
    token(null),
    token({}),
    token([1]),
    token([[0]]),
    token([[0, -1]]),
    token([[0, 1.5]]),
    token([[0, '1']]),
    token([[0, 1e300]]),
    token([[0, 1, 2]]),
  ]) {
    assert.throws(() => decodeWatermark(bad), { code: 'FRESHET_WATERMARK_INVALID' }, bad);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        decodeWatermark(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'FRESHET_WATERMARK_INVALID');
      }
    }),
  );
});

test('a target is reached when every partition of it is', () => {
  fc.assert(
    fc.property(watermark, watermark, (current, target) => {
      const isBehind = [...target.keys()].some(
        (partition) => (current.get(partition) ?? 0) < target.get(partition)!,
      );
      assert.equal(hasReached(current, target), !isBehind);
      assert.ok(hasReached(current, current));
    }),
  );
});
