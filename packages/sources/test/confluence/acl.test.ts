import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVisible } from '@freshet/shared/contracts';
import fc from 'fast-check';
import { toAcl } from '../../confluence/acl.ts';
import type { ReadRestriction } from '../../confluence/api.ts';
import { toPrincipal } from '../../principals.ts';

const users = ['ana', 'bo', 'cy', 'di'];
const groups = ['staff', 'Support Team', '100%', 'ops'];
const restriction = fc.record({
  users: fc.subarray(users).map((ids) => ids.map((id) => ({ id, email: undefined }))),
  groups: fc.subarray(groups),
});

test('nobody sees a page who is not let through by every restricted level', () => {
  const person = fc.record({ id: fc.constantFrom(...users), groups: fc.subarray(groups) });
  fc.assert(
    fc.property(fc.array(restriction, { maxLength: 5 }), person, (levels, { id, groups: memberOf }) => {
      const acl = toAcl(levels, 'id');
      const lets = (level: ReadRestriction) =>
        level.users.length + level.groups.length === 0 ||
        level.users.some((user) => user.id === id) ||
        level.groups.some((group) => memberOf.includes(group));
      const principals = [
        toPrincipal('user', id),
        ...memberOf.map((group) => toPrincipal('group', group)),
      ].filter((principal) => principal !== undefined);
      const sees = acl === undefined || isVisible(acl, { tenant: 'default', principals });
      assert.ok(!sees || levels.every(lets));
    }),
  );
});

test('who is named on every level sees the page, and without a restriction the acl is left to the configuration', () => {
  const ana = { id: 'ana', email: 'Ana@example.com' };
  const level = (...names: string[]) => ({ users: [ana], groups: names });
  assert.deepEqual(toAcl([level('staff'), { users: [], groups: [] }, level()], 'id'), {
    allow: ['user:ana'],
  });
  assert.deepEqual(toAcl([level('staff')], 'email'), { allow: ['group:staff', 'user:ana@example.com'] });
  assert.equal(toAcl([{ users: [], groups: [] }], 'id'), undefined);
});

test('a user whom Confluence does not name opens nothing', () => {
  const unnamed = { users: [{ id: 'ana', email: undefined }], groups: [] };
  assert.deepEqual(toAcl([unnamed], 'email'), { allow: [] });
});

test('content whose restriction cannot be read closes what is below it', () => {
  assert.deepEqual(toAcl([undefined, { users: [], groups: [] }], 'id'), { allow: [] });
});

test('an acl holds 1,000 principals: groups are kept first', () => {
  const many = Array.from({ length: 1200 }, (_, i) => ({ id: `u${i}`, email: undefined }));
  const acl = toAcl([{ users: many, groups: ['staff'] }], 'id');
  assert.ok(acl && 'allow' in acl && acl.allow.length === 1000 && acl.allow[0] === 'group:staff');
});

test('names of groups become principals that have no white space, and never one another', () => {
  assert.equal(toPrincipal('group', 'Support Team'), 'group:Support%20Team');
  assert.equal(toPrincipal('group', 'Support%20Team'), 'group:Support%2520Team');
  assert.equal(toPrincipal('group', 'קבוצה א'), 'group:קבוצה%20א');
  assert.equal(toPrincipal('group', 'x'.repeat(201)), undefined);
  assert.equal(toPrincipal('group', '\ud800'), undefined);
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [one, other] = [toPrincipal('group', a), toPrincipal('group', b)];
      assert.match(one ?? 'group:x', /^group:\S+$/);
      assert.equal(one === other && one !== undefined, a === b && one !== undefined);
    }),
  );
});
