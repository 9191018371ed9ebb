import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { FreshetError } from '@freshet/shared/errors';
import { ensureSchema } from './schema.ts';

export interface StoreOptions {
  path: string;
  /** How long a call waits for other processes' locks, in milliseconds. */
  busyTimeoutMs: number;
  /** The file grows no larger; `undefined` leaves it to the disk. */
  maxFileBytes: number | undefined;
}

export interface WriteOptions {
  /** Whether the disk must have it before the call returns; otherwise only its order is kept. */
  isDurable?: boolean;
}

/** The open database, in the worker thread. Everything here blocks. */
export interface Store {
  /** A prepared statement, prepared once. */
  sql(text: string): StatementSync;
  get<Row>(text: string, ...values: SQLInputValue[]): Row | undefined;
  all<Row>(text: string, ...values: SQLInputValue[]): Row[];
  /** Runs `work` in one transaction, which is rolled back when it throws. */
  write<T>(work: () => T, options?: WriteOptions): T;
  /** Throws when the file was taken away or cannot be written. */
  check(): void;
  close(): void;
}

export function openStore({ path, busyTimeoutMs, maxFileBytes }: StoreOptions): Store {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  const statements = new Map<string, StatementSync>();

  function sql(text: string): StatementSync {
    const known = statements.get(text);
    if (known) return known;
    const statement = database.prepare(text);
    statements.set(text, statement);
    return statement;
  }

  function write<T>(work: () => T, { isDurable = false }: WriteOptions = {}): T {
    // In WAL mode NORMAL syncs at checkpoints only: a power cut may take back the last commits, never their order.
    database.exec(isDurable ? 'pragma synchronous = full' : 'pragma synchronous = normal');
    database.exec('begin immediate');
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or an I/O error.
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  }

  try {
    enterWalMode(database, busyTimeoutMs);
    // Without a limit a write-ahead log that a burst has blown up keeps its size for ever.
    database.exec(`pragma journal_size_limit = ${64 * 1024 * 1024}`);
    if (maxFileBytes !== undefined) {
      const { page_size } = database.prepare('pragma page_size').get() as { page_size: number };
      database.exec(`pragma max_page_count = ${Math.ceil(maxFileBytes / page_size)}`);
    }
    write(() => ensureSchema(database, path), { isDurable: true });
  } catch (error) {
    database.close();
    throw error;
  }
  const { ino } = statSync(path);

  return {
    sql,
    get: <Row>(text: string, ...values: SQLInputValue[]) => sql(text).get(...values) as Row | undefined,
    all: <Row>(text: string, ...values: SQLInputValue[]) => sql(text).all(...values) as Row[],
    write,
    check() {
      // An open file that was deleted still takes appends, and loses them with the process.
      if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) {
        throw new FreshetError('FRESHET_STORAGE_FAILED', {
          detail: `${path} was removed or replaced while in use; restart Freshet.`,
        });
      }
      write(() => sql('select count(*) from topic').get());
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

/** Two processes that switch at once get SQLITE_BUSY without SQLite waiting, so the waiting is ours. */
function enterWalMode(database: DatabaseSync, busyTimeoutMs: number): void {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      const isBusy = ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || performance.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
