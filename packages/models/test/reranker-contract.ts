import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { RequestLog } from '@freshet/testkit/fake-bedrock/request-log';
import type { Reranker } from '../reranking.ts';

export interface OpenedReranker {
  reranker: Reranker;
  log: RequestLog;
  /** The next request gets no answer. */
  silenceNext(): void;
}

/** What holds for every reranker, whoever provides it. `open` gives it a time limit of so many milliseconds. */
export function testReranker(
  name: string,
  open: (t: TestContext, timeoutMs: number) => Promise<OpenedReranker>,
) {
  test(`${name}: scores come in the order of the texts`, async (t) => {
    const { reranker, log } = await open(t, 5_000);
    const scores = await reranker.rerank('refund days', ['days', 'other', 'refund days', 'a refund']);
    assert.deepEqual(scores, [0.5, 0, 1, 0.5]);
    assert.equal(log.counts.requests, 1);
  });

  test(`${name}: no text makes no call, and any text is taken`, async (t) => {
    const { reranker, log } = await open(t, 5_000);
    assert.deepEqual(await reranker.rerank('refund', []), []);
    assert.equal(log.counts.requests, 0);
    const strange = ['', ' ', '\0', '\ud800', '🙂', 'x'.repeat(100_000)];
    assert.deepEqual(await reranker.rerank('refund', strange), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(await reranker.rerank(' \0 refund', ['refund']), [1]);
  });

  test(`${name}: an abort reaches the socket, and a call that is never answered ends in time`, async (t) => {
    const hasty = await open(t, 50);
    hasty.silenceNext();
    await assert.rejects(hasty.reranker.rerank('a', ['b']), { code: 'FRESHET_MODEL_TIMEOUT' });
    assert.equal(await hasty.log.requests[0]!.ended, 'aborted');
    const patient = await open(t, 5_000);
    patient.silenceNext();
    const gone = new AbortController();
    const next = patient.log.next();
    const call = patient.reranker.rerank('a', ['b'], { signal: gone.signal });
    const request = await next;
    gone.abort(new Error('gone'));
    await assert.rejects(call, /gone/);
    assert.equal(await request.ended, 'aborted');
  });
}
