import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { readRecords } from '@freshet/sources/files/records';
import type { InputItem, InputSettings } from './read-inputs.ts';

/** A BEIR corpus (Thakur et al., 2021), one document a line: `_id`, `title`, `text`. Its ids are document ids. */
export async function* readBeirCorpus(
  path: string,
  { source, signal }: InputSettings,
): AsyncGenerator<InputItem> {
  const lines = createInterface({
    input: createReadStream(path, { signal }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) yield* readRecords(line, { source, name: 'corpus.jsonl', isBare: true });
}
