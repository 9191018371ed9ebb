import { FreshetError } from '@freshet/shared/errors';

/** Stands for a value that the change record does not carry: PostgreSQL leaves unchanged TOAST values out of its log. */
export const UNAVAILABLE = Symbol('unavailable');

/** A row as far as a change record tells it: decoded values by column. An absent column is one that it does not name. */
export type Row = Readonly<Record<string, unknown>>;

interface ChangeFacts {
  /** Orders the changes of one row. */
  version: number;
  /** When the change was committed, RFC 3339. */
  at: string;
}

/** What one change record says about one table. */
export type Change =
  | ({ kind: 'upsert'; row: Row; before?: Row } & ChangeFacts)
  | ({ kind: 'delete'; row: Row } & ChangeFacts)
  | ({ kind: 'truncate' } & ChangeFacts)
  | { kind: 'ignored' };

export const IGNORED: Change = { kind: 'ignored' };

/** A change record that can never be applied as it is. */
export function invalidChange(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CHANGE_INVALID', { detail, cause });
}
