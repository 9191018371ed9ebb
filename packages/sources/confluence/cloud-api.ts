import type { SourceHttp } from '../http.ts';
import { type ConfluenceApi, type ConfluencePage, type Links, nextParameter, toUri, unseen } from './api.ts';
import { fetchReadRestriction } from './restrictions-api.ts';

interface PageAnswer {
  id: string;
  status: string;
  title: string;
  spaceId: string;
  authorId?: string;
  version?: { number: number; createdAt?: string };
  body?: { storage?: { value: string } };
  labels?: { results: { name: string }[] };
  _links?: Links;
}

interface ListAnswer<Item> {
  results: Item[];
  _links?: Links;
}

const V2 = '/wiki/api/v2';
const V1 = '/wiki/rest/api';
const ANCESTORS = 250;
/** Where the ancestors of what may stand above a page are listed. */
const PATHS: Record<string, string> = {
  page: 'pages',
  folder: 'folders',
  whiteboard: 'whiteboards',
  database: 'databases',
  embed: 'embeds',
};

/**
 * Confluence Cloud. Pages, spaces and ancestors are those of REST API v2; restrictions and the search for descendants
 * are only in v1. Source: Confluence Cloud REST API v2, "Page", "Space", "Ancestors"; v1, "Content restrictions" and
 * "Search" (CQL field `ancestor`).
 */
export function createCloudApi(
  http: SourceHttp,
  { spaces, pageSize }: { spaces: readonly string[] | undefined; pageSize: number },
): ConfluenceApi {
  const keys = new Map<string, string>();

  async function spaceKey(id: string, signal: AbortSignal): Promise<string> {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const space = await http.get<{ key: string }>(`${V2}/spaces/${encodeURIComponent(id)}`, signal);
    if (space) keys.set(id, space.key);
    return space?.key ?? '';
  }

  async function ancestors(pageId: string, signal: AbortSignal): Promise<string[] | undefined> {
    const found: string[] = [];
    let [path, id] = [PATHS['page'], pageId];
    for (;;) {
      const answer = await http.get<ListAnswer<{ id: string; type: string }>>(
        `${V2}/${path}/${encodeURIComponent(id)}/ancestors?limit=${ANCESTORS}`,
        signal,
      );
      if (answer === undefined) return undefined;
      found.unshift(...answer.results.map((ancestor) => ancestor.id));
      const [highest] = answer.results;
      if (answer.results.length < ANCESTORS || highest === undefined) return found;
      // The list goes on above the highest that it named.
      [path, id] = [PATHS[highest.type] ?? PATHS['page'], highest.id];
    }
  }

  async function spaceIds(signal: AbortSignal): Promise<string> {
    if (spaces === undefined) return '';
    const query = `keys=${spaces.map(encodeURIComponent).join(',')}&limit=250`;
    const answer = await http.get<ListAnswer<{ id: string; key: string }>>(`${V2}/spaces?${query}`, signal);
    const found = answer?.results ?? [];
    const missing = spaces.filter((key) => found.every((space) => space.key !== key));
    // Not an empty list: what a backfill does not see is taken for deleted.
    if (missing.length > 0) throw unseen(`the spaces ${missing.join(', ')}`);
    return `&space-id=${found.map(({ id }) => id).join(',')}`;
  }

  return {
    async page(id, signal): Promise<ConfluencePage | undefined> {
      const page = await http.get<PageAnswer>(
        `${V2}/pages/${id}?body-format=storage&include-labels=true`,
        signal,
      );
      if (page?.status !== 'current') return undefined;
      const above = await ancestors(id, signal);
      if (above === undefined) return undefined;
      return {
        id,
        title: page.title,
        spaceKey: await spaceKey(page.spaceId, signal),
        revision: page.version?.number ?? 0,
        author: page.authorId,
        changedAt: page.version?.createdAt,
        uri: toUri(page._links),
        storage: page.body?.storage?.value ?? '',
        labels: (page.labels?.results ?? []).map(({ name }) => name),
        ancestors: above,
      };
    },

    readRestriction: (id, signal) => fetchReadRestriction(http, V1, id, signal),

    async descendants(id, cursor, signal) {
      const cql = encodeURIComponent(`ancestor = ${id} and type = page`);
      const answer = await http.get<ListAnswer<{ id: string }>>(
        `${V1}/content/search?cql=${cql}&limit=${pageSize}${cursorQuery(cursor)}`,
        signal,
      );
      return toIdPage(answer);
    },

    async pages(cursor, signal) {
      const filter = await spaceIds(signal);
      const answer = await http.get<ListAnswer<{ id: string }>>(
        `${V2}/pages?status=current&sort=id&limit=${pageSize}${filter}${cursorQuery(cursor)}`,
        signal,
      );
      if (answer === undefined) throw unseen('its pages');
      return toIdPage(answer);
    },
  };
}

function cursorQuery(cursor: string | undefined): string {
  return cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
}

function toIdPage(answer: ListAnswer<{ id: string }> | undefined) {
  const next = nextParameter(answer?._links, 'cursor');
  return { ids: (answer?.results ?? []).map(({ id }) => id), ...(next === undefined ? {} : { next }) };
}
