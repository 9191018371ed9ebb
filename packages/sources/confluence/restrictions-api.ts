import type { SourceHttp } from '../http.ts';
import type { ReadRestriction } from './api.ts';

interface RestrictionAnswer {
  restrictions?: {
    user?: { results: { accountId?: string; username?: string; email?: string }[]; limit?: number };
    group?: { results: { name?: string }[]; limit?: number };
  };
}

const LIMIT = 200;
/** Far beyond what Confluence lets anybody set; an end for an answer that never comes to one. */
const MAX_PAGES = 50;

/**
 * The read restriction of one piece of content, page by page; the same in both editions.
 * Source: Confluence Cloud REST API v1 and Confluence Data Center REST API, "Content restrictions", get restrictions
 * for operation. Data Center may leave people out of later pages (CONFSERVER-82460): they then see less.
 */
export async function fetchReadRestriction(
  http: SourceHttp,
  prefix: string,
  id: string,
  signal: AbortSignal,
): Promise<ReadRestriction | undefined> {
  const restriction: ReadRestriction = { users: [], groups: [] };
  let start = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = `expand=restrictions.user,restrictions.group&start=${start}&limit=${LIMIT}`;
    const path = `${prefix}/content/${id}/restriction/byOperation/read?${query}`;
    const answer = await http.get<RestrictionAnswer>(path, signal);
    if (answer === undefined) return undefined;
    const { user, group } = answer.restrictions ?? {};
    const [users, groups] = [user?.results ?? [], group?.results ?? []];
    for (const { accountId, username, email } of users) {
      restriction.users.push({ id: accountId ?? username, email: email || undefined });
    }
    for (const { name } of groups) restriction.groups.push(name ?? '');
    // The server may give fewer than it is asked for, and says so.
    const step = Math.max(1, Math.min(LIMIT, user?.limit ?? LIMIT, group?.limit ?? LIMIT));
    if (users.length < step && groups.length < step) break;
    start += step;
  }
  return restriction;
}
