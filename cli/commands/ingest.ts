import type { Acl } from '@freshet/shared/contracts';
import { type Command, type CommandOptions, demandSource, EXIT, UsageError } from '../command.ts';
import { ingest } from '../ingest.ts';
import { readInputs } from '../input/read-inputs.ts';

const SHOWN_SKIPS = 20;

export const ingestCommand: Command = {
  usage: 'ingest PATH… --source NAME [--public | --allow PRINCIPAL…]',
  summary: 'send files, folders, URLs, lists of URLs or BEIR folders, and wait until they are searchable',
  async run({ client, paths, options, progress, signal, out }) {
    const source = demandSource(options);
    if (paths.length === 0) throw new UsageError('name at least one file, folder or URL');
    const start = performance.now();
    const report = await ingest({
      client,
      items: readInputs(paths, { source, signal }),
      acl: toAcl(options),
      signal,
      onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
    });
    progress.finish();
    const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
    if (options.json) out(`${JSON.stringify({ ...report, seconds })}\n`);
    else {
      for (const { name, reason } of report.skipped.slice(0, SHOWN_SKIPS))
        progress.line(`skipped ${name}: ${reason}`);
      const more = report.skipped.length - SHOWN_SKIPS;
      if (more > 0) progress.line(`and ${more} more`);
      out(
        `${report.indexed} documents are searchable, ${report.skipped.length} were skipped, in ${seconds} s\n`,
      );
    }
    if (report.indexed === 0) return EXIT.failed;
    return report.skipped.length > 0 ? EXIT.partly : EXIT.ok;
  },
};

function toAcl(options: CommandOptions): Acl | undefined {
  if (options.public && options.allow) throw new UsageError('--public and --allow exclude each other');
  if (options.public) return { public: true };
  return options.allow ? { allow: options.allow } : undefined;
}
