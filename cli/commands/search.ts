import { type Command, EXIT, readLimit, UsageError } from '../command.ts';
import { FILTER_USAGE, readFilter } from '../filter.ts';

const EXCERPT_CHARACTERS = 200;

export const searchCommand: Command = {
  usage: `search QUESTION ${FILTER_USAGE} [--limit N]`,
  summary: 'the passages that an answer would be made from, with their scores',
  async run({ client, paths, options, signal, out }) {
    const query = paths.join(' ').trim();
    if (query === '') throw new UsageError('search for what?');
    const response = await client.search(
      {
        query,
        limit: readLimit(options, 10),
        ...readFilter(options),
      },
      signal,
    );
    if (options.json) out(`${JSON.stringify(response)}\n`);
    else {
      for (const {
        ref,
        score,
        lexicalScore,
        vectorScore,
        source,
        documentId,
        headingPath,
        text,
      } of response.passages) {
        const scores = `${score.toFixed(3)} (words ${lexicalScore?.toFixed(2) ?? '-'}, vector ${vectorScore?.toFixed(3) ?? '-'})`;
        out(
          `${ref}. ${scores} ${source}/${documentId}${headingPath.length > 0 ? ` › ${headingPath.join(' › ')}` : ''}\n`,
        );
        out(`   ${text.slice(0, EXCERPT_CHARACTERS).replace(/\s+/g, ' ')}\n`);
      }
      out(`${response.passages.length} passages in ${response.timings.totalMs.toFixed(0)} ms\n`);
    }
    return response.passages.length > 0 ? EXIT.ok : EXIT.partly;
  },
};
