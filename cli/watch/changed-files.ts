import { lstat, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { FreshetError } from '@freshet/shared/errors';
import { watch } from 'chokidar';
import { isLeftOut } from '../input/read-inputs.ts';

/** Files of a folder that changed, as absolute paths or as the folder was named. */
export interface ChangedFiles {
  /** Files that are there and that nobody is writing. */
  written: string[];
  removed: string[];
}

export interface FolderWatch {
  /**
   * What changed since the call before, once something did and is no longer being written.
   * @throws {FreshetError} `FRESHET_REQUEST_INVALID` where the folder itself is gone
   */
  next(signal: AbortSignal): Promise<ChangedFiles>;
  close(): Promise<void>;
}

/** As long as size and modification time stay the same, a file counts as written. */
const STEADY_MS = 300;
const LOOK_MS = 100;

/**
 * Watches a folder and what is below it, whatever way its files are written: in place, in parts, by renaming over
 * them, or in folders that are new. What happens after the promise is resolved is not missed.
 * @throws {FreshetError} `FRESHET_REQUEST_INVALID` where the system does not let it watch so much.
 */
export async function watchFolder(root: string): Promise<FolderWatch> {
  const touched = new Map<string, Look | undefined>();
  let failure: unknown;
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => isLeftOut(root, path),
  });
  // Looked at again from the beginning: an event says that something happened, the file says what.
  for (const event of ['add', 'change', 'unlink'] as const) {
    watcher.on(event, (path) => void touched.set(path, undefined));
  }
  const ready = Promise.withResolvers<void>();
  watcher.on('ready', () => ready.resolve());
  watcher.on('error', (cause) => {
    failure ??= toError(root, cause);
    ready.reject(failure);
  });
  try {
    await ready.promise;
  } catch (error) {
    await watcher.close();
    throw error;
  }

  return {
    async next(signal) {
      for (;;) {
        if (failure !== undefined) throw failure;
        const changed: ChangedFiles = { written: [], removed: [] };
        for (const [path, before] of touched) {
          const look = await lookAt(path);
          if (before === undefined || !isSame(before, look)) {
            touched.set(path, look);
          } else if (look.at - before.at >= STEADY_MS) {
            touched.delete(path);
            (look.isFile ? changed.written : changed.removed).push(path);
          }
        }
        await demandFolder(root);
        if (changed.written.length + changed.removed.length > 0) return changed;
        await pause(LOOK_MS, undefined, { signal });
      }
    },
    close: () => watcher.close(),
  };
}

async function demandFolder(root: string): Promise<void> {
  await stat(root).catch((cause: Error) => {
    const detail = `${root} is gone; nothing was deleted: ${cause.message}.`;
    throw new FreshetError('FRESHET_REQUEST_INVALID', { detail, cause });
  });
}

interface Look {
  isFile: boolean;
  size: number;
  mtimeMs: number;
  /** When it was looked at, on a clock that only goes on. */
  at: number;
}

async function lookAt(path: string): Promise<Look> {
  const at = performance.now();
  try {
    const info = await lstat(path);
    return { isFile: info.isFile(), size: info.size, mtimeMs: info.mtimeMs, at };
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return { isFile: false, size: 0, mtimeMs: 0, at };
  }
}

function isSame(a: Look, b: Look): boolean {
  return a.isFile === b.isFile && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

function toError(root: string, cause: unknown): unknown {
  if (!['ENOSPC', 'EMFILE'].includes((cause as NodeJS.ErrnoException).code ?? '')) return cause;
  const detail = `${root}: the system does not let one program watch so many folders; raise fs.inotify.max_user_watches and max_user_instances, or run --sync on a schedule.`;
  return new FreshetError('FRESHET_REQUEST_INVALID', { detail, cause });
}
