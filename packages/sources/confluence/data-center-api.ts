import type { SourceHttp } from '../http.ts';
import { type ConfluenceApi, type ConfluencePage, type Links, nextParameter, toUri, unseen } from './api.ts';
import { fetchReadRestriction } from './restrictions-api.ts';

interface ContentAnswer {
  id: string;
  type: string;
  status: string;
  title: string;
  space?: { key: string };
  history?: { createdBy?: { username?: string } };
  version?: { number: number; when?: string };
  body?: { storage?: { value: string } };
  metadata?: { labels?: { results: { name: string }[] } };
  ancestors?: { id: string }[];
  _links?: Links;
}

interface ListAnswer {
  results: { id: string }[];
  nextCursor?: string;
  _links?: Links;
}

const API = '/rest/api';
const EXPAND = 'body.storage,version,space,history,metadata.labels,ancestors';

/**
 * Confluence Data Center, from 7.18 on. Source: Confluence Data Center REST API, "Content Resource" (get content by id,
 * scan content), "Content Descendant" and "Content Restrictions".
 */
export function createDataCenterApi(
  http: SourceHttp,
  { spaces, pageSize }: { spaces: readonly string[] | undefined; pageSize: number },
): ConfluenceApi {
  return {
    async page(id, signal): Promise<ConfluencePage | undefined> {
      const content = await http.get<ContentAnswer>(`${API}/content/${id}?expand=${EXPAND}`, signal);
      if (content?.status !== 'current' || content.type !== 'page') return undefined;
      return {
        id,
        title: content.title,
        spaceKey: content.space?.key ?? '',
        revision: content.version?.number ?? 0,
        author: content.history?.createdBy?.username,
        changedAt: content.version?.when,
        uri: toUri(content._links),
        storage: content.body?.storage?.value ?? '',
        labels: (content.metadata?.labels?.results ?? []).map(({ name }) => name),
        ancestors: (content.ancestors ?? []).map((ancestor) => ancestor.id),
      };
    },

    readRestriction: (id, signal) => fetchReadRestriction(http, API, id, signal),

    async descendants(id, cursor, signal) {
      const answer = await http.get<ListAnswer>(
        `${API}/content/${id}/descendant/page?start=${Number(cursor ?? 0)}&limit=${pageSize}`,
        signal,
      );
      const next = nextParameter(answer?._links, 'start');
      return { ids: (answer?.results ?? []).map((page) => page.id), ...(next === undefined ? {} : { next }) };
    },

    // One space after another: the scan takes one key. The cursor names the space and where in it.
    async pages(cursor, signal) {
      const [place = '0', ...rest] = (cursor ?? '0:').split(':');
      const from = rest.join(':');
      const space = spaces?.[Number(place)];
      const answer = await http.get<ListAnswer>(
        `${API}/content/scan?type=page&limit=${pageSize}` +
          (space === undefined ? '' : `&spaceKey=${encodeURIComponent(space)}`) +
          (from === '' ? '' : `&cursor=${encodeURIComponent(from)}`),
        signal,
      );
      // Not an empty list: what a backfill does not see is taken for deleted.
      if (answer === undefined) throw unseen(space === undefined ? 'its pages' : `the space ${space}`);
      const ids = answer.results.map((page) => page.id);
      if (answer.nextCursor) return { ids, next: `${place}:${answer.nextCursor}` };
      const following = Number(place) + 1;
      return following < (spaces?.length ?? 1) ? { ids, next: `${following}:` } : { ids };
    },
  };
}
