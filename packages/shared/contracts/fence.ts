import type { Manifest } from './document.ts';

/**
 * Where a state of a document stands among all its states, as one number: by version, and at the same version a deletion
 * after an upsert. So whoever read a document can delete exactly what was read: an update that came in between, with a
 * greater version, stays.
 */
export function fenceOf({ version, state }: Pick<Manifest, 'version' | 'state'>): number {
  return version * 2 + (state === 'deleted' ? 1 : 0);
}
