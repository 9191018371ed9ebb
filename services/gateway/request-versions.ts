import { createHash } from 'node:crypto';
import { FreshetError } from '@freshet/shared/errors';
import type { NextVersion } from '@freshet/shared/version-clock';
import type { SharedState } from '@freshet/state';

/** How long a key is remembered: a day, within which every retry should be over. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

export interface KeyedRequest {
  tenant: string;
  /** The header `idempotency-key`; without it every request is a new one. */
  key: string | undefined;
  /** What the key stands for: another request with the same key is a mistake. */
  body: unknown;
  /** Versions that the request may need. */
  count: number;
}

/**
 * The versions of a request's documents. A request that is repeated under its key gets the versions that it had, so
 * that writing it again changes nothing, even where somebody else wrote in between: no answer has to be kept, and no
 * request waits for another. After the draft of the IETF, draft-ietf-httpapi-idempotency-key-header.
 * @throws {FreshetError} `FRESHET_IDEMPOTENCY_KEY_REUSED`, `FRESHET_DEPENDENCY_UNAVAILABLE`
 */
export async function versionsFor(
  { tenant, key, body, count }: KeyedRequest,
  { state, nextVersion }: { state: SharedState; nextVersion: NextVersion },
): Promise<NextVersion> {
  let version = nextVersion(count);
  if (key !== undefined) {
    const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
    const claim = JSON.stringify({ fingerprint, version });
    const kept = JSON.parse(await state.remember(`idempotency:${tenant}:${key}`, claim, REMEMBERED_MS)) as {
      fingerprint: string;
      version: number;
    };
    if (kept.fingerprint !== fingerprint) throw new FreshetError('FRESHET_IDEMPOTENCY_KEY_REUSED');
    version = kept.version;
  }
  return () => version++;
}
