import { type Command, demandSource, EXIT, UsageError } from '../command.ts';

export const deleteCommand: Command = {
  usage: 'delete DOCUMENT-ID… --source NAME',
  summary: 'delete documents; they are gone from answers once the index has applied it',
  async run({ client, paths, options, signal, out }) {
    const source = demandSource(options);
    if (paths.length === 0) throw new UsageError('name at least one document');
    for (const documentId of paths) {
      const { version, watermark } = await client.delete(source, documentId, signal);
      out(
        options.json
          ? `${JSON.stringify({ source, documentId, version, watermark })}\n`
          : `deleted ${source}/${documentId}\n`,
      );
    }
    return EXIT.ok;
  },
};
