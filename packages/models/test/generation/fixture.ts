import type { Message, Passage } from '@freshet/shared/contracts';
import type { FreshetError } from '@freshet/shared/errors';
import type { GenerationPart, Generator } from '../../generation.ts';

export function passage(ref: number, text: string, rest: Partial<Passage> = {}): Passage {
  return {
    ref,
    source: 'handbook',
    documentId: `doc-${ref}`,
    version: 1,
    headingPath: [],
    text,
    span: { start: 0, end: text.length },
    score: 1,
    changedAt: '2026-11-01T12:00:00Z',
    ...rest,
  };
}

export const question = {
  messages: [{ role: 'user', content: 'How long does a refund take?' }] as Message[],
  passages: [passage(1, 'Refunds take ten days.'), passage(2, 'Returns are free of charge.')],
};

export const ANSWER = 'Refunds take ten days. [1] Returns are free of charge. [2]';

export interface Said {
  text: string;
  parts: GenerationPart[];
  finished: Extract<GenerationPart, { type: 'finished' }> | undefined;
  error: FreshetError | undefined;
}

/** All that a generator says, up to its end or its failure. */
export async function listen(
  generator: Generator,
  { signal = new AbortController().signal, ...options }: Partial<Parameters<Generator['generate']>[0]> = {},
): Promise<Said> {
  const parts: GenerationPart[] = [];
  let error: FreshetError | undefined;
  try {
    for await (const part of generator.generate({ ...question, ...options, signal })) parts.push(part);
  } catch (thrown) {
    error = thrown as FreshetError;
  }
  const text = parts.map((part) => (part.type === 'delta' ? part.text : '')).join('');
  const finished = parts.find((part) => part.type === 'finished');
  return { text, parts, finished, error };
}
