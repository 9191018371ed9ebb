import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { corrupted, eventFrame, exceptionFrame } from '@freshet/testkit/fake-bedrock/frames';
import fc from 'fast-check';
import { eventStreamSerdeProvider } from '../../bedrock/event-stream.ts';

const marshaller = eventStreamSerdeProvider({});
const delta = (text: string) => eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
const stop = eventFrame('messageStop', { stopReason: 'end_turn' });

/** What is read of a body: text as it is, other events by their names, and last a failure. */
async function read(body: Readable): Promise<string[]> {
  const seen: string[] = [];
  const events = marshaller.deserialize(body, async (message) => message);
  try {
    for await (const event of events) {
      const { contentBlockDelta } = event as { contentBlockDelta?: { delta?: { text: string } } };
      seen.push(contentBlockDelta?.delta?.text ?? Object.keys(event).join());
    }
  } catch {
    seen.push('failed');
  }
  return seen;
}

function inPieces(frames: Uint8Array[], cuts: number[]): Readable {
  const bytes = Buffer.concat(frames);
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length)), 0, bytes.length].sort((a, b) => a - b);
  return Readable.from(
    ends
      .slice(1)
      .map((end, i) => bytes.subarray(ends[i], end))
      .filter((piece) => piece.length > 0),
    { objectMode: false },
  );
}

test('all text comes in its order, wherever the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }),
      fc.array(fc.nat()),
      async (texts, cuts) => {
        const seen = await read(inPieces([...texts.map(delta), stop], cuts));
        assert.equal(seen.pop(), 'messageStop');
        assert.equal(seen.join(''), texts.map((text) => text.toWellFormed()).join(''));
      },
    ),
  );
});

test('text that waits is one event, and other events keep their place in it', async () => {
  const thinking = eventFrame('contentBlockDelta', { delta: { reasoningContent: { text: 'hm' } } });
  const body = inPieces([delta('a'), delta('b'), thinking, delta('c'), delta('d'), stop], []);
  assert.deepEqual(await read(body), ['ab', 'contentBlockDelta', 'cd', 'messageStop']);
});

test('text that came while its reader took its time is one event', async () => {
  const body = new Readable({ read() {} });
  body.push(delta('a'));
  const events = marshaller.deserialize(body, async (message) => message)[Symbol.asyncIterator]();
  const text = async () => JSON.stringify((await events.next()).value);
  assert.match(await text(), /"text":"a"/);
  for (const token of ['b', 'c', 'd']) body.push(delta(token));
  body.push(null);
  assert.match(await text(), /"text":"bcd"/);
  assert.equal((await events.next()).done, true);
});

test('text before a failure comes before it', async () => {
  const cutOff = delta('c').subarray(0, 20);
  for (const failure of [
    corrupted(delta('c')),
    cutOff,
    exceptionFrame('throttlingException', 'no'),
    Buffer.alloc(16),
  ]) {
    const seen = await read(inPieces([delta('a'), delta('b'), failure], []));
    assert.deepEqual(seen.slice(0, 2), ['ab', 'failed']);
  }
});
