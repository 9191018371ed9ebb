import { DatabaseSync } from 'node:sqlite';
import { getLoadablePath } from 'sqlite-vec';
import { createTables, SCHEMA_VERSION } from './schema.ts';

export interface DatabaseOptions {
  path: string;
  dimensions: number;
  /** Fingerprint of the embedder whose vectors the index holds. */
  embedder: string;
}

/**
 * Opens the index file, and makes its tables where the file is new.
 * @throws {Error} in words for an operator, when the file is another embedder's, another version's, or unusable.
 */
export function openDatabase({ path, dimensions, embedder }: DatabaseOptions): DatabaseSync {
  const db = new DatabaseSync(path, { allowExtension: true, timeout: 10_000 });
  try {
    db.loadExtension(getLoadablePath());
    db.enableLoadExtension(false);
    // NORMAL loses at most the newest commits when the machine, not the process, dies: the log replays them,
    // because offsets are committed there only after the write here.
    db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma mmap_size = 268435456');
    db.exec('pragma cache_size = -16384; pragma temp_store = memory');
    db.exec('begin immediate');
    const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number };
    if (version === 0) {
      createTables(db, dimensions);
      const set = db.prepare('insert into setting (name, value) values (?, ?)');
      set.run('embedder', embedder);
      set.run('dimensions', String(dimensions));
    } else if (version !== SCHEMA_VERSION) {
      throw new Error(
        `it has format ${version}, this release reads format ${SCHEMA_VERSION}; index into a new folder`,
      );
    }
    db.exec('commit');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function readSetting(db: DatabaseSync, name: string): string | undefined {
  const row = db.prepare('select value from setting where name = ?').get(name);
  return row?.['value'] as string | undefined;
}
