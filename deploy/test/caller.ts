import assert from 'node:assert/strict';
import { createFreshetClient } from '@freshet/cli/client';
import type { DocumentInput } from '@freshet/shared/contracts';

export interface Answer {
  text: string;
  model: string;
  /** Document ids of the passages that the answer cites. */
  cited: string[];
}

export interface Caller {
  /** Over Server-Sent Events; rejects when the stream ends with anything but an answer. */
  ask(question: string, after?: string): Promise<Answer>;
  /** @returns the watermark of the write. */
  write(document: DocumentInput): Promise<string>;
  delete(source: string, documentId: string): Promise<string>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** Somebody outside who talks to the published port. */
export function createCaller(url: string): Caller {
  const client = createFreshetClient({ url });
  const signal = () => AbortSignal.timeout(TIMEOUT_MS);
  return {
    async ask(question, after) {
      const request = { messages: [{ role: 'user' as const, content: question }], ...(after && { after }) };
      const documents = new Map<number, string>();
      let text = '';
      for await (const event of client.chat(request, signal())) {
        if (event.type === 'retrieval.completed') {
          for (const { ref, documentId } of event.passages) documents.set(ref, documentId);
        }
        if (event.type === 'answer.delta') text += event.text;
        if (event.type === 'chat.failed') throw new Error(`${event.code}: ${event.detail}`);
        if (event.type === 'answer.completed') {
          assert.equal(event.finishReason, 'stop', `the answer ended with ${event.finishReason}: ${text}`);
          const refs = event.citations.flatMap((citation) => citation.refs);
          const cited = [...new Set(refs.map((ref) => documents.get(ref) ?? `passage ${ref}`))];
          return { text, model: event.model, cited };
        }
      }
      throw new Error('the stream ended without an end');
    },
    async write(document) {
      const { refused, watermark } = await client.write([document], signal());
      assert.deepEqual(refused, []);
      return watermark;
    },
    delete: async (source, documentId) => (await client.delete(source, documentId, signal())).watermark,
    close: () => client.close(),
  };
}
