export interface WikiUser {
  /** Account id, or user name in Data Center. */
  id: string;
  email?: string;
}

export interface WikiPage {
  id: string;
  title: string;
  space: string;
  parent?: string;
  type: 'page' | 'folder';
  status: 'current' | 'trashed' | 'archived' | 'draft';
  revision: number;
  author: string;
  changedAt: string;
  storage: string;
  labels: string[];
  readers: { users: WikiUser[]; groups: string[] };
}

export interface Wiki {
  pages: Map<string, WikiPage>;
  /** Adds a page, or replaces parts of it, as the next revision. */
  put(page: Partial<WikiPage> & { id: string }): WikiPage;
  /** Ids above a page, the highest first. */
  ancestors(id: string): string[];
  descendants(id: string): WikiPage[];
  /** Published pages in the order of their ids. */
  published(): WikiPage[];
}

export function createWiki(): Wiki {
  const pages = new Map<string, WikiPage>();
  const wiki: Wiki = {
    pages,
    put(part) {
      const known = pages.get(part.id);
      const page: WikiPage = {
        title: `Page ${part.id}`,
        space: 'DOCS',
        type: 'page',
        status: 'current',
        author: 'author-1',
        changedAt: '2026-01-02T03:04:05.678Z',
        storage: `<p>Text of page ${part.id}.</p>`,
        labels: [],
        readers: { users: [], groups: [] },
        ...known,
        revision: (known?.revision ?? 0) + 1,
        ...part,
      };
      pages.set(part.id, page);
      return page;
    },
    ancestors(id) {
      const parent = pages.get(id)?.parent;
      return parent === undefined ? [] : [...wiki.ancestors(parent), parent];
    },
    descendants: (id) => wiki.published().filter((page) => wiki.ancestors(page.id).includes(id)),
    published: () =>
      [...pages.values()]
        .filter(({ status, type }) => status === 'current' && type === 'page')
        .sort((a, b) => Number(a.id) - Number(b.id)),
  };
  return wiki;
}

const MAX_READERS = 100;

/** Part of a list, and where the next part begins, if there is one. */
export function slice<Item>(items: readonly Item[], start: number, limit: number) {
  const end = start + limit;
  return { results: items.slice(start, end), next: end < items.length ? end : undefined };
}

/** `GET …/restriction/byOperation/read`, the same in both editions but for the fields of a user. */
export function restrictionAnswer(
  page: WikiPage,
  { start = '0', limit = '100' }: { start?: string; limit?: string },
  toUser: (user: WikiUser) => object,
) {
  const part = <Item>(items: Item[]) => {
    // As the documentation warns: the limit may be less than what was asked for.
    const size = Math.min(MAX_READERS, Number(limit));
    const { results } = slice(items, Number(start), size);
    return { results, start: Number(start), limit: size, size: results.length };
  };
  return {
    operation: 'read',
    restrictions: {
      user: part(page.readers.users.map(toUser)),
      group: part(page.readers.groups.map((name) => ({ type: 'group', name, id: `id-of-${name}` }))),
    },
  };
}
