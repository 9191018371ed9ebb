import type { DatabaseSync } from 'node:sqlite';
import { FreshetError } from '@freshet/shared/errors';

/** "Frsh" in ASCII: tells our files from other programs' (https://www.sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x46727368;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  create table topic (
    id integer primary key,
    name text not null unique,
    cleanup text not null check (cleanup in ('compact', 'keep'))
  ) strict;

  create table partition (
    id integer primary key,
    topic_id integer not null references topic (id),
    number integer not null,
    -- Kept here, not taken from max(offset), so that compaction never makes an offset free again.
    end_offset integer not null default 0,
    -- Every record below has already removed its older namesakes.
    compacted_offset integer not null default 0,
    unique (topic_id, number)
  ) strict;

  -- A rowid table, so that large values stay out of the tree that is searched by offset.
  create table record (
    partition_id integer not null,
    offset integer not null,
    key text not null,
    value blob,
    headers text not null,
    timestamp integer not null,
    primary key (partition_id, offset)
  ) strict;
  create index record_by_key on record (partition_id, key, offset);

  create table consumer_group (
    id integer primary key,
    topic_id integer not null references topic (id),
    name text not null,
    -- Goes up whenever a member came or went, or a partition became free: a cheap sign to share out anew.
    epoch integer not null default 0,
    unique (topic_id, name)
  ) strict;

  -- autoincrement: an id is never used again, so that a member taken for dead cannot be mistaken for a later one.
  create table member (
    id integer primary key autoincrement,
    group_id integer not null references consumer_group (id),
    expires_at integer not null
  ) strict;
  create index member_by_group on member (group_id);

  create table assignment (
    group_id integer not null references consumer_group (id),
    partition_id integer not null references partition (id),
    committed integer not null default 0,
    member_id integer references member (id) on delete set null,
    -- Goes up with every new holder; commits name it.
    generation integer not null default 0,
    primary key (group_id, partition_id)
  ) strict, without rowid;
  create index assignment_by_partition on assignment (partition_id);
  create index assignment_by_member on assignment (member_id);
`;

/**
 * Creates the tables in an empty database. Call it inside a write transaction: another process may be at it too.
 * Throws FRESHET_STORAGE_FAILED for a database of another program or of a newer Freshet.
 */
export function ensureSchema(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version');
  const applicationId = pragma(database, 'application_id');
  const isEmpty = database.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
  if (isEmpty && version === 0 && applicationId === 0) {
    database.exec(SCHEMA);
    database.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${SCHEMA_VERSION}`);
    return;
  }
  if (applicationId !== APPLICATION_ID) {
    refuse(`${path} is a database of another program; configure another path.`);
  }
  if (version > SCHEMA_VERSION) {
    refuse(`${path} has schema ${version}, this Freshet knows ${SCHEMA_VERSION}; start the newer Freshet.`);
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]);
}

function refuse(detail: string): never {
  throw new FreshetError('FRESHET_STORAGE_FAILED', { detail });
}
