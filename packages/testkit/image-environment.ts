import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const dockerfile = join(import.meta.dirname, '..', '..', 'Dockerfile');
const RUNTIME = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX'];

/** What the image of a service tells Node and its allocator: a process with it has the memory that it has there. */
export function imageEnvironment(service: string): Record<string, string> {
  const [, stage = ''] = readFileSync(dockerfile, 'utf8').split(new RegExp(`^FROM .* AS ${service}$`, 'm'));
  const [own = ''] = stage.split(/^FROM /m);
  const settings = own.matchAll(/^ENV (.*)$/gm).flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(
    settings.flatMap((setting) => {
      const at = setting.indexOf('=');
      const name = setting.slice(0, at);
      return RUNTIME.includes(name) ? [[name, setting.slice(at + 1)]] : [];
    }),
  );
}
