import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskPii, type PiiKind } from '../../text/pii.ts';

const masked: [PiiKind, ...string[]][] = [
  ['email', 'jo@example.com', 'Jo.O’neil+tag@mail.example.co.uk', 'jörg@münchen.de', "o'hara@x.org"],
  [
    'iban',
    'DE89370400440532013000',
    'DE89 3704 0044 0532 0130 00',
    'gb82 west 1234 5698 7654 32',
    'NO9386011117947',
  ],
  ['card', '4111111111111111', '4111 1111 1111 1111', '3782-822463-10005', '5555-5555-5555-4444'],
  ['ip', '192.168.0.1', '::1', '2001:db8::8a2e:370:7334', '::ffff:10.0.0.7', 'fe80::1'],
  [
    'phone',
    '+49 30 901820',
    '+1 (415) 555-2671',
    '0044 20 7946 0958',
    '(030) 901820',
    '030/9018200',
    '415-555-2671',
  ],
];
for (const [kind, ...examples] of masked) {
  for (const example of examples) {
    test(`${kind} is masked: ${example}`, () => {
      for (const [before, after] of [
        ['', ''],
        ['Ask ', ', then wait.'],
        ['(', ').'],
        ['你好 ', ' 🙂'],
      ]) {
        const { text, counts } = maskPii(`${before}${example}${after}`);
        assert.equal(text, `${before}[${kind}]${after}`);
        assert.equal(counts[kind], 1);
      }
    });
  }
}

const kept = [
  '2026-11-26T19:09:18Z',
  '26/11/2026 and 01-02-2026 12',
  'version 1.2.3 and 10.4',
  '256.1.1.1',
  '12:30:45',
  'std::vector, Ab::Cd',
  'order 4111111111111112',
  'DE89370400440532013001',
  'a price of 1,234,567.89',
  'see [1] and [2][3]',
  'ten of 1000000',
  'user@localhost',
  '0.05 to 0.10',
  'commit 9f8e7d6c5b4a',
];
for (const text of kept) {
  test(`this is left as it is: ${text}`, () => {
    assert.equal(maskPii(text).text, text);
  });
}

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });

test('every number with the check digit of Luhn is masked, and none with another', () => {
  fc.assert(
    fc.property(fc.constantFrom(...'3456'), digits(14), (first, rest) => {
      const body = first + rest;
      const isMasked = [...'0123456789'].filter(
        (check) => maskPii(`card ${body}${check}.`).text === 'card [card].',
      );
      assert.equal(isMasked.length, 1);
    }),
  );
});

test('a card is found beside other numbers, and where two are possible all of both goes', () => {
  assert.equal(maskPii('4111 1111 1111 1111 12/29').text, '[card] 12/29');
  assert.equal(maskPii('12 5555-5555-5555-4444 7').text, '[card] 7');
});

test('every address is masked', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      fc.pre(/\d/.test(address) && address !== '::');
      assert.equal(maskPii(`from ${address} on`).text, 'from [ip] on');
    }),
  );
  fc.assert(
    fc.property(fc.emailAddress(), (address) => {
      const { text } = maskPii(`<${address}>`);
      assert.ok(!text.includes('@') && text.includes('[email]'), text);
    }),
  );
});

test('whatever is masked is left as it is by a second time', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.ipV6(),
    digits(9),
    digits(16),
    fc.constantFrom('+', '(', ')', '@'),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const once = maskPii(words.join(' ')).text;
      assert.equal(maskPii(once).text, once);
    }),
  );
});

test('no text makes it slow: each of these has 200,000 characters', () => {
  for (const unit of ['a', '1', '1 ', ':', 'a@', 'a.', '(1', '+1', 'AB12 ', '0-']) {
    maskPii(unit.repeat(200_000 / unit.length));
  }
});
