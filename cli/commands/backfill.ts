import { backfill } from '../backfill.ts';
import { openBackfillState } from '../backfill-state.ts';
import { type Command, EXIT, UsageError } from '../command.ts';

const SHOWN_SKIPS = 20;

export const backfillCommand: Command = {
  usage: 'backfill CONNECTOR --connectors FILE [--state FILE]',
  summary: 'send all documents of a source, such as Confluence; with --state it goes on where it broke off',
  async run({ client, paths, options, progress, signal, out }) {
    const [name, ...rest] = paths;
    if (name === undefined || rest.length > 0) throw new UsageError('name one connector');
    if (!options.connectors) throw new UsageError('--connectors FILE is missing');
    // Loaded here: whoever asks a question needs no client of a source.
    const { openReaders } = await import('@freshet/sources/open');
    const readers = await openReaders(options.connectors, {
      only: name,
      onThrottled: (_, waitMs) => progress.line(`${name} asks to wait ${Math.ceil(waitMs / 1000)} s`),
    });
    const [reader] = readers.values();
    if (!reader) throw new UsageError(`there is no connector ${name}`);
    try {
      const state = await openBackfillState(name, options.state);
      const resumed = state.cursor !== undefined;
      if (resumed) progress.line(`going on after ${state.seen.size} documents`);
      const report = await backfill({
        client,
        reader,
        state,
        signal,
        onProgress: () => progress.update('documents', state.seen.size),
      });
      progress.finish();
      const total = state.seen.size;
      if (options.json) out(`${JSON.stringify({ ...report, total, resumed })}\n`);
      else {
        for (const { name: skipped, reason } of report.skipped.slice(0, SHOWN_SKIPS)) {
          progress.line(`skipped ${skipped}: ${reason}`);
        }
        const more = report.skipped.length - SHOWN_SKIPS;
        if (more > 0) progress.line(`and ${more} more`);
        out(
          `${name} holds ${total} documents; ${report.indexed} are searchable now, ${report.deleted} are not published or could not be taken\n`,
        );
      }
      return report.skipped.length > 0 ? EXIT.partly : EXIT.ok;
    } finally {
      await reader.close();
    }
  },
};
