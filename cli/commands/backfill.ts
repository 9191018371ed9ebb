import { backfill } from '../backfill.ts';
import { openBackfillState } from '../backfill-state.ts';
import { type Command, EXIT, readMaxDeleted, UsageError } from '../command.ts';
import { showSkipped, toSentence } from '../show-report.ts';

export const backfillCommand: Command = {
  usage: 'backfill CONNECTOR --connectors FILE [--state FILE] [--sync [--max-deleted SHARE]]',
  summary:
    'send all documents of a source, such as Confluence; with --state it goes on where it broke off,\n      with --sync it deletes what the source no longer has',
  async run({ client, paths, options, progress, signal, out }) {
    const [name, ...rest] = paths;
    if (name === undefined || rest.length > 0) throw new UsageError('name one connector');
    if (!options.connectors) throw new UsageError('--connectors FILE is missing');
    const maxDeleted = readMaxDeleted(options);
    // Loaded here: whoever asks a question needs no client of a source.
    const { openReaders } = await import('@freshet/sources/open');
    const readers = await openReaders(options.connectors, {
      only: name,
      s3Endpoint: process.env['S3_ENDPOINT'],
      held: ({ source, prefix }, signal) => client.list(source, signal, prefix),
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
        maxDeleted,
        signal,
        onProgress: () => progress.update('documents', state.seen.size),
      });
      progress.finish();
      const total = state.seen.size;
      if (options.json) out(`${JSON.stringify({ ...report, total, resumed })}\n`);
      else {
        showSkipped(report.skipped, progress);
        if (report.sync) out(toSentence(report.sync));
        out(
          `${name} holds ${total} documents; ${report.indexed} are searchable now, ${report.deleted} are not published or could not be taken\n`,
        );
      }
      return report.skipped.length > 0 || report.sync?.refused !== undefined ? EXIT.partly : EXIT.ok;
    } finally {
      await reader.close();
    }
  },
};
