import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where weights are kept: FRESHET_CACHE_DIR, else XDG_CACHE_HOME/freshet, else ~/.cache/freshet; `models` in it. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const { FRESHET_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = env;
  if (own) return resolve(own, 'models');
  // The XDG specification has relative paths ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'freshet', 'models');
}
