import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAllowedAddress } from '../../content/address-rules.ts';
import { checkUrl, matchesHost } from '../../content/url-rules.ts';

const isPublic = (address: string) => isAllowedAddress(address, { allowPrivate: false });
const isIntranet = (address: string) => isAllowedAddress(address, { allowPrivate: true });
const byte = fc.integer({ min: 0, max: 255 });

test('addresses of the internet are fetched from', () => {
  for (const address of ['1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.0.1', '2606:4700::1111']) {
    assert.ok(isPublic(address), address);
  }
});

test('no private address is fetched from unless the setting allows it', () => {
  const networks = ['10.b.b.b', '127.b.b.b', '192.168.b.b', '100.64.b.b'];
  const privates = fc
    .tuple(fc.constantFrom(...networks), fc.array(byte, { minLength: 3, maxLength: 3 }))
    .map(([network, bytes]) => network.replace(/b/g, () => String(bytes.pop() ?? 0)));
  fc.assert(fc.property(privates, (address) => !isPublic(address) && isIntranet(address)));
  for (const address of ['172.16.0.1', '172.31.255.255', '::1', 'fc00::1', 'fd12:3456::1']) {
    assert.deepEqual([isPublic(address), isIntranet(address)], [false, true], address);
  }
});

test('metadata, link-local, multicast and reserved addresses are never fetched from', () => {
  const never = ['0.0.0.0', '0.1.2.3', '169.254.169.254', '100.100.100.200', '192.0.0.192', '224.0.0.1'];
  const never6 = ['::', 'fd00:ec2::254', 'fe80::1', 'fe80::1%lo', 'ff02::1', '2001:db8::1', '2002:7f00:1::'];
  const others = ['255.255.255.255', '198.18.0.1', '64:ff9b::a00:1', '::127.0.0.1', '', 'localhost', '1.1'];
  for (const address of [...never, ...never6, ...others]) {
    assert.deepEqual([isPublic(address), isIntranet(address)], [false, false], address);
  }
});

test('no IPv4 address is reached in the clothes of an IPv6 one', () => {
  fc.assert(
    fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
      const hex = Buffer.from(bytes).toString('hex');
      const tail = `${hex.slice(0, 4)}:${hex.slice(4)}`;
      const clothes = [`::ffff:${bytes.join('.')}`, `::ffff:${tail}`, `64:ff9b::${tail}`, `2002:${tail}::1`];
      return clothes.every((address) => !isIntranet(address));
    }),
  );
});

test('a URL is checked as it will be connected to, however its host is written', () => {
  const check = (url: string, hosts: string[], allowPrivate = false) => {
    try {
      checkUrl(new URL(url), { hosts, allowPrivate });
      return true;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'FRESHET_CONTENT_URL_REFUSED');
      return false;
    }
  };
  assert.ok(check('https://Docs.Example.com/a?b', ['docs.example.com']));
  assert.ok(check('http://wiki:8443/a', ['wiki:8443']));
  assert.ok(check('https://docs.example.com:443/', ['docs.example.com']));
  for (const url of [
    'https://docs.example.com:22/',
    'https://example.com/',
    'https://docs.example.com.evil/',
  ]) {
    assert.ok(!check(url, ['docs.example.com']), url);
  }
  assert.ok(!check('https://user:secret@docs.example.com/', ['docs.example.com']));
  assert.ok(!check('ftp://docs.example.com/', ['docs.example.com']));
  for (const url of ['http://127.1/', 'http://0x7f.1/', 'http://2130706433/', 'http://0177.0.0.1/']) {
    assert.ok(!check(url, ['127.0.0.1']), url);
    assert.ok(check(url, ['127.0.0.1'], true), url);
  }
  assert.ok(!check('http://[::ffff:127.0.0.1]/', ['[::ffff:7f00:1]'], true));
});

test('a wildcard names every host below, and neither the host itself nor what merely ends alike', () => {
  for (const host of ['a.example.com', 'a.b.example.com']) assert.ok(matchesHost('*.example.com', host));
  for (const host of [
    'example.com',
    'anexample.com',
    '.example.com',
    'a.example.com.evil',
    'a.example.com:8080',
  ]) {
    assert.ok(!matchesHost('*.example.com', host), host);
  }
});
