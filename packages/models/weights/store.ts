import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightFile } from './bundle.ts';
import { sha256OfFile } from './sha256.ts';

const staleAfterMs = 60 * 60 * 1000;

export type FileState = 'right' | 'wrong' | 'absent';

/**
 * Whether the folder has the file. The whole file is hashed at every start: 25 ms for the largest, too little to
 * trust a note about an earlier check instead.
 */
export async function checkFile(
  folder: string,
  file: WeightFile,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<FileState> {
  const path = join(folder, file.name);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!found) return 'absent';
  if (found.size !== file.bytes) return 'wrong';
  return (await sha256OfFile(path, { signal })) === file.sha256 ? 'right' : 'wrong';
}

/**
 * Writes the file beside its place and moves it there only when length and sha256 are right, so that nobody ever
 * sees a part of it; of several processes that do this at once, the last to finish wins with the same bytes.
 * Leaves nothing behind when it throws.
 */
export async function storeFile(
  folder: string,
  file: WeightFile,
  body: AsyncIterable<Uint8Array>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const part = join(folder, `.${file.name}.${randomBytes(6).toString('hex')}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await open(part, 'wx');
    try {
      for await (const chunk of body) {
        signal?.throwIfAborted();
        bytes += chunk.byteLength;
        if (bytes > file.bytes) throw new Error(`${file.name} is longer than its ${file.bytes} bytes`);
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
      if (bytes < file.bytes) throw new Error(`${file.name} ended after ${bytes} of ${file.bytes} bytes`);
      const digest = hash.digest('hex');
      if (digest !== file.sha256) throw new Error(`${file.name} has the wrong sha256 (${digest})`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    await rename(part, join(folder, file.name));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Removes what a killed process left; parts that are still being written are younger. */
export async function removeStaleParts(folder: string, { now = Date.now() } = {}): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\..+\.part$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && now - found.mtimeMs > staleAfterMs) await rm(path, { force: true });
  }
}
