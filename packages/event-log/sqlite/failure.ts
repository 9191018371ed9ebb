import { type ErrorCode, FreshetError } from '@freshet/shared/errors';

/** An error as it crosses from the worker thread: structured clones of errors lose their own properties. */
export interface Failure {
  code: ErrorCode;
  detail: string;
  /** What SQLite or Node said. */
  reason: string;
}

/** What a call of the worker thread comes back with. */
export type Answer<T> = { value: T } | { failure: Failure };

// https://www.sqlite.org/rescode.html; the low byte of an extended code is its primary code.
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const TOO_BIG = 18;
const NOT_A_DATABASE = 26;

/** Says what happened to which file, and what to do, in one line. */
export function toFailure(error: unknown, path: string): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof FreshetError) return { code: error.code, detail: error.message, reason };
  const { errcode = 0, code } = error as { errcode?: number; code?: string };
  switch (errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return {
        code: 'FRESHET_OVERLOADED',
        detail: `${path} is held by another process; ask again, or end what keeps a transaction open.`,
        reason,
      };
    case TOO_BIG:
      return {
        code: 'FRESHET_CONTENT_TOO_LARGE',
        detail: `A record is larger than ${path} can hold; split it.`,
        reason,
      };
    case CORRUPT:
      return storage(
        `${path} is damaged; stop Freshet, restore the file from a backup or move it away.`,
        reason,
      );
    case NOT_A_DATABASE:
      return storage(`${path} is no SQLite database; move it away, or configure another path.`, reason);
    case FULL:
      return storage(`${path} has no room to grow; free disk space or raise its limit.`, reason);
    case READONLY:
      return storage(`${path} is read-only; make the file and its folder writable for this user.`, reason);
  }
  if (code === 'ENOSPC') return storage(`${path} has no room to grow; free disk space.`, reason);
  if (errcode !== 0 || isSystemError(error)) {
    return storage(
      `${path} cannot be used (${reason}); make the file and its folder writable for this user.`,
      reason,
    );
  }
  return { code: 'FRESHET_INTERNAL', detail: `The event log in ${path} failed: ${reason}`, reason };
}

export function toError({ code, detail, reason }: Failure): FreshetError {
  return new FreshetError(code, { detail, cause: new Error(reason) });
}

function storage(detail: string, reason: string): Failure {
  return { code: 'FRESHET_STORAGE_FAILED', detail, reason };
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
