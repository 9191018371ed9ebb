import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2, partitionOf } from '../murmur2.ts';

test("hashes are those of Kafka's own tests", () => {
  const expected = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  };
  for (const [key, hash] of Object.entries(expected)) assert.equal(murmur2(Buffer.from(key)), hash, key);
});

test('a key is hashed by its UTF-8, and negative hashes lose their sign bit', () => {
  assert.equal(partitionOf('foobar', 1 << 30), (-790332482 & 0x7fffffff) % (1 << 30));
  assert.equal(partitionOf('é', 1000), (murmur2(new Uint8Array([0xc3, 0xa9])) & 0x7fffffff) % 1000);
});
