import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeEvents } from '../../sse/decode.ts';
import { encodeComment, encodeEvent, type ServerSentEvent } from '../../sse/encode.ts';

const encoder = new TextEncoder();

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const size = sizes.length === 0 ? 1 : sizes[i % sizes.length]!;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function decode(text: string, sizes: readonly number[] = [1 << 20]) {
  return Array.fromAsync(decodeEvents(pieces(encoder.encode(text), sizes)));
}

const oneLine = fc
  .string({ unit: 'binary' })
  .map((text) => text.toWellFormed())
  .filter((text) => !/[\r\n\0]/.test(text));
const data = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '\r', '\r\n', ' ', ':', '\ufeff', '🌊', 'data: '),
    ),
  )
  .map((parts) => parts.join('').toWellFormed());
const sent: fc.Arbitrary<ServerSentEvent> = fc.record(
  { id: oneLine, event: oneLine.filter((text) => text !== ''), data },
  { requiredKeys: ['data'] },
);

test('any data and ids survive encode -> decode, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sent), fc.array(fc.integer({ min: 1, max: 7 })), async (events, sizes) => {
      const wire = events.map((event) => encodeEvent(event) + encodeComment()).join('');
      const seen = await decode(wire, sizes);
      assert.deepEqual(
        seen.map(({ data, event }) => ({ data, event })),
        events.map(({ data, event }) => ({ data: data.replace(/\r\n?/g, '\n'), event })),
      );
      assert.deepEqual(
        seen.map(({ id }) => id),
        events.map(({ id }) => id),
      );
    }),
  );
});

for (const lineEnd of ['\n', '\r', '\r\n']) {
  test(`events that end their lines with ${JSON.stringify(lineEnd)} are read, cut between any two bytes`, async () => {
    const wire = ['id: 7', 'event: tide', 'data: höher', 'data: 🌊', '', 'data: next', '', ''].join(lineEnd);
    const size = encoder.encode(wire).length;
    for (let cut = 1; cut <= size; cut++) {
      const [first, second] = await decode(wire, [cut, size]);
      assert.deepEqual([first?.id, first?.event, first?.data], ['7', 'tide', 'höher\n🌊']);
      assert.equal(second?.data, 'next');
    }
  });
}

test('a byte order mark in front of a stream is no part of its first field', async () => {
  assert.deepEqual(
    (await decode('\ufeffdata: a\n\n', [])).map(({ data }) => data),
    ['a'],
  );
});

test('comments and reconnection times are no events', async () => {
  const wire = `${encodeComment('alive')}retry: 500\n\n${encodeComment('two\nlines')}${encodeEvent({ data: 'a', retry: 10 })}`;
  assert.deepEqual(
    (await decode(wire)).map(({ data }) => data),
    ['a'],
  );
});

test('an event that the stream ends in the middle of is not delivered', async () => {
  assert.deepEqual(
    (await decode('data: whole\n\ndata: half\n')).map(({ data }) => data),
    ['whole'],
  );
  assert.deepEqual(await decode('data: half'), []);
});

for (const [what, line] of [
  ['one line', 'x'],
  ['many lines', 'data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'],
] as const) {
  test(`an event that grows beyond 8 Mi characters in ${what} is refused`, async () => {
    const block = encoder.encode(line.repeat(Math.ceil((1024 * 1024) / line.length)));
    let given = 0;
    async function* endless() {
      yield encoder.encode('data: a\n\ndata: ');
      for (; given < 32; given++) yield block;
    }
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { data } of decodeEvents(endless())) seen.push(data);
    }, /buffer/i);
    assert.deepEqual(seen, ['a']);
    assert.ok(given < 12, `read ${given} MiB`);
  });
}

test('a reader that stops closes the bytes that it reads from', async () => {
  let isClosed = false;
  async function* source() {
    try {
      yield encoder.encode('data: 1\n\ndata: 2\n\n');
      yield encoder.encode('data: 3\n\n');
    } finally {
      isClosed = true;
    }
  }
  for await (const { data } of decodeEvents(source())) {
    assert.equal(data, '1');
    break;
  }
  assert.ok(isClosed);
});
