import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageEnvironment } from '../image-environment.ts';

test('a service has what its own stage of the Dockerfile tells Node and its allocator, and nothing else', () => {
  assert.deepEqual(Object.keys(imageEnvironment('ingestor')).sort(), ['MALLOC_ARENA_MAX', 'NODE_OPTIONS']);
  assert.deepEqual(imageEnvironment('gateway'), {});
});
