import type { ChatEvent } from '@freshet/shared/contracts';
import { errorFromCode } from '@freshet/shared/errors';
import { type Command, EXIT, readLimit, UsageError } from '../command.ts';
import { FILTER_USAGE, readFilter } from '../filter.ts';

type Passages = Extract<ChatEvent, { type: 'retrieval.completed' }>['passages'];

export const askCommand: Command = {
  usage: `ask QUESTION ${FILTER_USAGE} [--limit N]`,
  summary: 'ask, and see the answer stream with its sources',
  async run({ client, paths, options, signal, out }) {
    const question = paths.join(' ').trim();
    if (question === '') throw new UsageError('ask what?');
    const events = client.chat(
      {
        messages: [{ role: 'user', content: question }],
        limit: readLimit(options, 8),
        ...readFilter(options),
      },
      signal,
    );
    let passages: Passages = [];
    for await (const event of events) {
      if (options.json) out(`${JSON.stringify(event)}\n`);
      if (event.type === 'retrieval.completed') passages = event.passages;
      if (event.type === 'answer.delta' && !options.json) out(event.text);
      if (event.type === 'chat.failed') throw errorFromCode(event.code, { detail: event.detail });
      if (event.type === 'answer.completed') {
        if (!options.json) out(`\n${listSources(event.citations, passages)}`);
        return event.finishReason === 'abstained' ? EXIT.partly : EXIT.ok;
      }
    }
    return EXIT.failed;
  },
};

function listSources(citations: readonly { refs: number[] }[], passages: Passages): string {
  const cited = new Set(citations.flatMap(({ refs }) => refs));
  return passages
    .filter(({ ref }) => cited.has(ref))
    .map(({ ref, title, documentId, headingPath, changedAt, uri }) => {
      const place = [title ?? documentId, ...headingPath].join(' › ');
      return `\n[${ref}] ${place}\n    ${uri ?? documentId}, changed ${changedAt.slice(0, 10)}\n`;
    })
    .join('');
}
