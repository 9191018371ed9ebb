import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exactTokens, identifiers, stemTokens } from '../../text/tokens.ts';

test('words that differ in their ending have one stem, in each of the languages', () => {
  for (const [language, words] of [
    ['en', ['running run', 'evictions eviction', 'policies policy']],
    ['de', ['Häuser Haus', 'Kündigungen Kündigung', 'Passwörter Passwort']],
    ['fr', ['congés congé', 'employés employé', 'maisons maison']],
    ['es', ['contraseñas contraseña', 'políticas política', 'empleados empleado']],
  ] as const) {
    for (const pair of words) {
      const stems = stemTokens(pair, language);
      assert.equal(new Set(stems).size, 1, `${language}: ${stems}`);
    }
  }
});

test('a stem tells its language, so that equal stems of two languages stay apart', () => {
  assert.deepEqual(stemTokens('nodes 42', 'en'), ['node', '42']);
  assert.deepEqual(stemTokens('nodes 42', 'es'), ['es:nod', '42']);
  assert.deepEqual(stemTokens('nodes 42', undefined), [':nodes', '42']);
});

test('case, accents, ligatures and width make no difference', () => {
  assert.deepEqual(exactTokens('Café CAFE ｃａｆé Straße œuvre Ёлка'), [
    'cafe',
    'cafe',
    'cafe',
    'strasse',
    'oeuvre',
    'елка',
  ]);
});

test('Chinese, Japanese and Korean come as pairs of characters, beside words of other scripts', () => {
  assert.deepEqual(stemTokens('数据库 Redis集群 猫', 'en'), ['数据', '据库', 'redi', '集群', '猫']);
  assert.deepEqual(exactTokens('パスワード'), ['パス', 'スワ', 'ワー', 'ード']);
  assert.deepEqual(stemTokens('비밀번호를', 'de'), ['비밀', '밀번', '번호', '호를']);
});

test('vowel signs of other scripts are kept', () => {
  assert.deepEqual(exactTokens('हिन्दी ガ'), ['हिन्दी', 'ガ']);
});

test('identifiers are what is written as one, whole and in the parts that are still identifiers', () => {
  assert.deepEqual(identifiers('Set foo_bar in etc/kube-proxy.yaml to v1.29.3, see TW-2041 now'), [
    'foo_bar',
    'etc/kube-proxy.yaml',
    'kube-proxy.yaml',
    'kube-proxy',
    'v1.29.3',
    'tw-2041',
  ]);
});

test('no token holds a space or is empty, whatever the text, and stems stand where words stand', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const exact = exactTokens(text);
      const stems = stemTokens(text, 'fr');
      assert.equal(stems.length, exact.length);
      for (const token of [...exact, ...stems, ...identifiers(text)]) assert.match(token, /^\S+$/u);
    }),
    { numRuns: 2000 },
  );
});

test('a megabyte without a space is read at once', () => {
  assert.equal(exactTokens('漢'.repeat(300_000)).length, 299_999);
  assert.ok(identifiers('a/'.repeat(100_000)).length > 0);
});
