import type { Acl, Principal } from '@freshet/shared/contracts';
import { intersect, toPrincipal } from '../principals.ts';
import type { ReadRestriction } from './api.ts';

/** What a user is known by: the id of the account (the user name in Data Center), or the e-mail address. */
export type UserNaming = 'id' | 'email';

/**
 * Who may view a page, by the read restrictions of the page and of all content above it: a reader must be let through
 * by each of them. `undefined` where nothing is restricted. Only a user or group that is named on every level is surely
 * let through: a group on one level and a user on the next have nobody in common that Confluence would tell, so that
 * the page is closed. Content whose restriction cannot be read closes what is below it.
 * Source: Confluence documentation, "Page Restrictions", inherited view restrictions.
 */
export function toAcl(
  restrictions: readonly (ReadRestriction | undefined)[],
  naming: UserNaming,
): Acl | undefined {
  const levels = restrictions.flatMap((restriction) => {
    if (restriction === undefined) return [new Set<Principal>()];
    const { users, groups } = restriction;
    return users.length + groups.length === 0 ? [] : [principalsOf(restriction, naming)];
  });
  return levels.length === 0 ? undefined : intersect(levels);
}

function principalsOf({ users, groups }: ReadRestriction, naming: UserNaming): Set<Principal> {
  const named = users.map(({ id, email }) => (naming === 'id' ? id : email?.toLowerCase()));
  return new Set(
    [
      ...named.map((name) => (name === undefined ? undefined : toPrincipal('user', name))),
      ...groups.map((name) => toPrincipal('group', name)),
    ].filter((principal) => principal !== undefined),
  );
}
