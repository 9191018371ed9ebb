import type { Acl, Principal } from '@freshet/shared/contracts';

const MAX_LENGTH = 200;
const MAX_PRINCIPALS = 1000;

/**
 * The principal of a user or group of a source. White space and `%` in its name are percent-encoded, since a principal
 * holds no white space: the group `Support Team` is `group:Support%20Team`. `undefined` for a name that makes no
 * principal: whoever has it sees less, and nobody sees more.
 */
export function toPrincipal(type: 'user' | 'group', name: string): Principal | undefined {
  if (!name.isWellFormed()) return undefined;
  const encoded = name.replace(/[\s%]/gu, encodeURIComponent);
  return encoded === '' || encoded.length > MAX_LENGTH ? undefined : `${type}:${encoded}`;
}

/** Who is on every list; groups first, since an acl holds 1,000 principals, and a group is many people. */
export function intersect(levels: readonly ReadonlySet<Principal>[]): Acl {
  const [first = new Set<Principal>(), ...others] = levels;
  const allow = [...first].filter((principal) => others.every((level) => level.has(principal)));
  const rank = (principal: Principal) => (principal.startsWith('group:') ? 0 : 1);
  return { allow: allow.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_PRINCIPALS) };
}
