import type { ManifestQuery, StoredManifest } from './index.ts';

const PAGE = 500;

/** A list of manifests out of pages, each of which begins after the last document of the one before. */
export async function* pages(
  query: ManifestQuery,
  readPage: (query: ManifestQuery, limit: number) => Promise<StoredManifest[]>,
): AsyncGenerator<StoredManifest> {
  let next = query;
  for (;;) {
    const page = await readPage(next, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    next = { ...query, after: last.documentId };
  }
}
