import { randomBytes } from 'node:crypto';

/** Keeps the topics, groups or indexes of a test file apart from those of all others on a shared server. */
export function uniquePrefix(name = 'test'): string {
  return `${name}-${randomBytes(6).toString('hex')}-`;
}
