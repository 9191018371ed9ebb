import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { defaultCacheDir } from '../../weights/cache-dir.ts';

test('the cache is where FRESHET_CACHE_DIR says, else under XDG_CACHE_HOME, else under the home folder', () => {
  const home = join(homedir(), '.cache', 'freshet', 'models');
  assert.equal(defaultCacheDir({ FRESHET_CACHE_DIR: '/own', XDG_CACHE_HOME: '/xdg' }), '/own/models');
  assert.equal(defaultCacheDir({ FRESHET_CACHE_DIR: 'own' }), resolve('own/models'));
  assert.equal(defaultCacheDir({ XDG_CACHE_HOME: '/xdg' }), '/xdg/freshet/models');
  assert.equal(defaultCacheDir({ XDG_CACHE_HOME: 'relative' }), home);
  assert.equal(defaultCacheDir({}), home);
});
