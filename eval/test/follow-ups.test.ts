import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ingest } from '@freshet/cli/ingest';
import { readInputs } from '@freshet/cli/input/read-inputs';
import { createHashedEmbedder } from '@freshet/models/embedding/hashed';
import type { Message } from '@freshet/shared/contracts';
import { startFleet } from '../fleet.ts';

interface FollowUp {
  history: Message[];
  text: string;
  relevant: string[];
}

const sample = join(import.meta.dirname, '..', 'sample');
const followUps = readFileSync(join(sample, 'follow-ups.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as FollowUp);

test('follow-ups find their documents by the conversation, by words alone', async (t) => {
  const { client, close } = await startFleet({ embedder: createHashedEmbedder() });
  t.after(close);
  const { signal } = new AbortController();
  const items = readInputs([join(sample, 'documents')], { source: 'eval', signal });
  await ingest({ client, items, signal, onProgress: () => {} });
  async function foundAmongFive(withHistory: boolean): Promise<number> {
    let found = 0;
    for (const { text, history, relevant } of followUps) {
      const request = { query: text, limit: 5, ...(withHistory ? { history } : {}) };
      const { passages } = await client.search(request, signal);
      found += Number(passages.some(({ documentId }) => relevant.includes(documentId)));
    }
    return found;
  }
  const [alone, condensed] = [await foundAmongFive(false), await foundAmongFive(true)];
  assert.ok(condensed >= 20 && condensed >= alone + 3, `${alone} alone, ${condensed} with history`);
});
