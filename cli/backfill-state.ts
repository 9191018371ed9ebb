import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Version } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { createVersionClock } from '@freshet/shared/version-clock';
import { type Static, Type } from 'typebox';

/** How far a backfill came, and what it has seen. */
export interface BackfillState {
  /** Where to go on; `undefined` at the beginning. */
  readonly cursor: string | undefined;
  /** Ids of the documents that the source holds; of all of them once the backfill is complete. */
  readonly seen: ReadonlySet<string>;
  readonly isComplete: boolean;
  /** The version that a document read at its beginning would have: what is as new was there since then. */
  readonly since: number;
  save(cursor: string, ids: readonly string[]): Promise<void>;
  complete(): Promise<void>;
}

const SavedState = Type.Object(
  {
    connector: Type.String(),
    cursor: Type.Optional(Type.String()),
    isComplete: Type.Boolean(),
    since: Type.Optional(Version),
  },
  { additionalProperties: false },
);
type SavedState = Static<typeof SavedState>;
const schema = createValidator(SavedState);

/**
 * The state of a backfill in a file, beside which `FILE.ids` has the ids that were seen, one JSON string a line; in
 * memory without a file. A file of a backfill that came through begins anew.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` for a file of another connector, or no state at all.
 */
export async function openBackfillState(connector: string, file: string | undefined): Promise<BackfillState> {
  const known = file === undefined ? undefined : await readState(connector, file);
  const seen = new Set<string>();
  if (file !== undefined && known !== undefined) {
    for (const id of await readIds(`${file}.ids`)) seen.add(id);
    // A crash may have cut the last line off, and the next would be written on to it.
    await replaceFile(`${file}.ids`, toLines(seen));
  } else if (file !== undefined) await rm(`${file}.ids`, { force: true });
  let { cursor, isComplete } = { cursor: known?.cursor, isComplete: false };
  // A state without it was written by a release that could delete nothing: nothing is old enough to go.
  const since = known === undefined ? createVersionClock()() : (known.since ?? 0);

  async function write() {
    if (file === undefined) return;
    await replaceFile(file, JSON.stringify({ connector, cursor, isComplete, since }));
  }

  return {
    get cursor() {
      return cursor;
    },
    get isComplete() {
      return isComplete;
    },
    since,
    seen,
    async save(next, ids) {
      for (const id of ids) seen.add(id);
      // Before the cursor: after a crash between the two the page comes again, and its ids are the same.
      if (file !== undefined) await appendFile(`${file}.ids`, toLines(ids));
      cursor = next;
      await write();
    },
    async complete() {
      isComplete = true;
      await write();
    },
  };
}

async function readState(connector: string, file: string): Promise<SavedState | undefined> {
  const invalid = (detail: string, cause?: unknown) =>
    new FreshetError('FRESHET_CONFIG_INVALID', { detail: `${file}: ${detail}`, cause });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid('cannot be read as the state of a backfill; remove it to begin anew.', cause);
  }
  if (!schema.check(value)) throw invalid('is no state of a backfill; remove it to begin anew.');
  if (value.connector !== connector) throw invalid(`is the state of the connector ${value.connector}.`);
  return value.isComplete || value.cursor === undefined ? undefined : value;
}

/** All whole lines; what a crash cut off belongs to a page that comes again. */
async function readIds(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as string);
}

function toLines(ids: Iterable<string>): string {
  return [...ids].map((id) => `${JSON.stringify(id)}\n`).join('');
}

/** Written beside it and renamed into place: half a file would lose what it had. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
