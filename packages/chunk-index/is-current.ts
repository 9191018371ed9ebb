import { type Access, isVisible, type Manifest } from '@freshet/shared/contracts';
import type { Hit } from './index.ts';

/**
 * The realtime check: whether a hit is still what the caller may see. A search may lag behind a write; a manifest
 * that is read by its id never does.
 */
export function isCurrent(hit: Hit, manifest: Manifest | undefined, access: Access): manifest is Manifest {
  return (
    manifest?.state === 'live' &&
    manifest.version === hit.version &&
    manifest.tenant === access.tenant &&
    isVisible(manifest.acl, access)
  );
}
