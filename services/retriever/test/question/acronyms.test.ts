import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acronymsIn, expandAcronyms } from '../../question/acronyms.ts';

test('an acronym is spelt out as the texts define it', () => {
  for (const text of [
    'The Horizontal Pod Autoscaler (HPA) adds pods.',
    'Several HPAs (Horizontal Pod Autoscaler) may exist.',
    'Here a **Horizontal Pod Autoscaler** (**HPA**) is meant.',
  ]) {
    assert.match(
      expandAcronyms('How does HPA scale?', ['nothing', text]) ?? '',
      /^How does HPA scale\? Horizontal Pod Autoscaler/,
    );
  }
});

test('what most texts say wins', () => {
  const texts = ['Access Control List (ACL)', 'Agent Check Log (ACL)', 'an access control list (ACL)'];
  assert.equal(expandAcronyms('What is an ACL?', texts), 'What is an ACL? Access Control List');
});

test('nothing is added that is no definition, or that the question says itself', () => {
  assert.equal(expandAcronyms('What is an ACL?', ['the list (ACL) of things', 'ACL (see below)']), undefined);
  assert.equal(
    expandAcronyms('Is an access control list (ACL) needed?', ['access control list (ACL)']),
    undefined,
  );
  assert.equal(expandAcronyms('What is an ACL?', []), undefined);
});

test('codes, words and questions in capitals are no acronyms', () => {
  assert.deepEqual(acronymsIn('What does TW-4102 mean in Kubernetes?'), []);
  assert.deepEqual(acronymsIn('WHAT IS THIS'), []);
  assert.deepEqual(acronymsIn('Which PVCs does the API list?'), ['PVC', 'API']);
});
