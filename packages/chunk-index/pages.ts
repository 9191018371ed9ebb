import type { ManifestQuery, StoredManifest } from './index.ts';

const PAGE = 500;

/** A list of manifests out of pages, each of which begins after the last document of the one before. */
export async function* pages(
  { limit = Number.POSITIVE_INFINITY, ...query }: ManifestQuery,
  readPage: (query: ManifestQuery, limit: number) => Promise<StoredManifest[]>,
): AsyncGenerator<StoredManifest> {
  let next: ManifestQuery = query;
  for (let left = limit; left > 0; ) {
    const wanted = Math.min(PAGE, left);
    const page = await readPage(next, wanted);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < wanted) return;
    next = { ...query, after: last.documentId };
    left -= page.length;
  }
}
