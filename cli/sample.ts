import { createFreshetClient } from './client.ts';
import { ingest } from './ingest.ts';
import { readInputs } from './input/read-inputs.ts';

export interface LoadSampleOptions {
  url: string;
  folder: string;
  say: (line: string) => void;
}

/** Loads the sample corpus into a fleet that holds no document yet, so that there is something to ask. */
export async function loadSample({ url, folder, say }: LoadSampleOptions): Promise<void> {
  const client = createFreshetClient({ url });
  const { signal } = new AbortController();
  try {
    if ((await client.status(signal)).documents > 0) return;
    say('Loading the sample corpus, a few seconds …');
    const { indexed } = await ingest({
      client,
      items: readInputs([folder], { source: 'tidewater', signal }),
      signal,
    });
    say(`${indexed} sample documents are searchable. Try: What is the default agent port?`);
  } finally {
    await client.close();
  }
}
