import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Acl,
  DocumentId,
  documentKey,
  isVisible,
  parseDocumentKey,
  Tenant,
} from '../../contracts/identity.ts';
import { createValidator } from '../../validation.ts';

const documentId = createValidator(DocumentId);
const segment = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed());
const ref = fc.record({ tenant: segment, source: segment, documentId: segment }, { noNullPrototype: true });

test('a document key gives back its document, whatever the id is', () => {
  fc.assert(
    fc.property(ref, (document) => assert.deepEqual(parseDocumentKey(documentKey(document)), document)),
  );
});

test('two documents never share a key', () => {
  const close = fc.constantFrom('a', 'a/b', 'b', '/', '%2F', '%', 'a%2Fb', '..', 'ä');
  const pair = fc.record({ tenant: close, source: close, documentId: close }, { noNullPrototype: true });
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      assert.equal(documentKey(one) === documentKey(other), isSame);
    }),
  );
});

test('what is no document key is none', () => {
  for (const key of ['', 'a', 'a/b', 'a/b/', '/b/c', 'a//c', 'a/b/c/d', 'a/b/%', 'a/b/%zz', 'a/b/%ff']) {
    assert.equal(parseDocumentKey(key), undefined, key);
  }
});

test('every document id that the contract takes has a key', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }),
      fc.boolean(),
      (text, isBroken) => {
        const id = isBroken ? `${text}\ud800` : text;
        if (documentId.check(id)) documentKey({ tenant: 'a', source: 'b', documentId: id });
      },
    ),
  );
  for (const id of ['docs/a b.md', '🌊', '東京', '%', '..']) assert.ok(documentId.check(id), id);
  for (const id of ['', '\ud800', 'a\udc00', 'a\u0000', 'a\nb', 'x'.repeat(513)])
    assert.ok(!documentId.check(id));
});

test('a tenant has one spelling', () => {
  const tenant = createValidator(Tenant);
  for (const name of ['acme', '0', 'a.b_c-d']) assert.ok(tenant.check(name), name);
  for (const name of ['', 'Acme', '-a', 'a/b', 'ä', 'a b', 'a\n', 'x'.repeat(65)])
    assert.ok(!tenant.check(name));
});

test('a document is visible to everybody, or to exactly those that its acl names', () => {
  const names = fc.array(fc.constantFrom('user:a', 'user:b', 'group:a', 'group:b'));
  fc.assert(
    fc.property(names, names, (allow, principals) => {
      const isNamed = allow.some((name) => new Set(principals).has(name));
      assert.equal(isVisible({ allow }, { tenant: 't', principals }), isNamed);
      assert.equal(isVisible({ public: true }, { tenant: 't', principals }), true);
    }),
  );
});

test('an acl is public or a list of names, never both, neither or a wildcard', () => {
  const acl = createValidator(Acl);
  for (const good of [
    { public: true },
    { allow: [] },
    { allow: ['user:ada', 'group:a b'.replace(' ', '-')] },
  ]) {
    assert.ok(acl.check(good));
  }
  for (const bad of [
    {},
    { public: false },
    { public: true, allow: [] },
    { allow: ['*'] },
    { allow: 'user:a' },
    [],
  ]) {
    assert.ok(!acl.check(bad), JSON.stringify(bad));
  }
});
