import { stat } from 'node:fs/promises';
import type { Acl } from '@freshet/shared/contracts';
import {
  type Command,
  type CommandContext,
  type CommandOptions,
  demandSource,
  EXIT,
  readMaxDeleted,
  UsageError,
} from '../command.ts';
import { type IngestReport, ingest } from '../ingest.ts';
import { readInputs } from '../input/read-inputs.ts';
import { countByCode, showSkipped, toSentence } from '../show-report.ts';
import { beginSync } from '../sync.ts';
import { watchFolder } from '../watch/changed-files.ts';
import { keepSynced } from '../watch/keep-synced.ts';

export const ingestCommand: Command = {
  usage:
    'ingest PATH… --source NAME [--sync [--max-deleted SHARE]] [--watch] [--public | --allow PRINCIPAL…]',
  summary:
    'send files, folders, buckets (s3://bucket/prefix), URLs, lists of URLs or BEIR folders, and wait until they are searchable;\n      with --sync send what changed alone, and delete what the source no longer has;\n      with --watch go on with every change of a folder',
  async run(context) {
    const { paths, options } = context;
    demandSource(options);
    if (paths.length === 0) throw new UsageError('name at least one file, folder or URL');
    if (options.watch) return watch(context);
    return exitOf(await ingestOnce(context));
  },
};

async function ingestOnce({
  client,
  paths,
  options,
  progress,
  signal,
  out,
}: CommandContext): Promise<IngestReport> {
  const source = demandSource(options);
  const maxDeleted = readMaxDeleted(options);
  const start = performance.now();
  const report = await ingest({
    client,
    items: readInputs(paths, { source, signal }),
    acl: toAcl(options),
    sync: maxDeleted === undefined ? undefined : await beginSync({ client, source, maxDeleted, signal }),
    signal,
    onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
  });
  progress.finish();
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  if (options.json) {
    const codes = Object.fromEntries(countByCode(report.skipped));
    out(`${JSON.stringify({ ...report, codes, seconds })}\n`);
  } else {
    showSkipped(report.skipped, progress);
    if (report.sync) out(toSentence(report.sync));
    out(
      `${report.indexed} documents are searchable, ${report.skipped.length} were skipped, in ${seconds} s\n`,
    );
  }
  return report;
}

async function watch(context: CommandContext): Promise<number> {
  const { client, paths, options, progress, signal, out } = context;
  const [root, ...more] = paths;
  const isFolder = root !== undefined && more.length === 0 && (await stat(root)).isDirectory();
  if (!isFolder) throw new UsageError('--watch takes one folder');
  const maxDeleted = readMaxDeleted({ ...options, sync: true }) as number;
  // Before the folder is read: what changes meanwhile is told.
  const changes = await watchFolder(root);
  try {
    await ingestOnce(context);
    await keepSynced({
      client,
      root,
      changes,
      source: demandSource(options),
      acl: toAcl(options),
      maxDeleted,
      signal,
      onReport: (report) => {
        if (options.json) return out(`${JSON.stringify(report)}\n`);
        showSkipped(report.skipped, progress);
        progress.finish();
        out(`${report.indexed} documents are searchable, ${report.deleted} were deleted\n`);
      },
      onRetry: ({ code, message }) => progress.line(`will try again: ${code}: ${message}`),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await changes.close();
  }
  // Somebody who has seen enough ends it so.
  return EXIT.ok;
}

function exitOf({ indexed, skipped, sync }: IngestReport): number {
  if (sync?.refused !== undefined) return EXIT.partly;
  const synced = sync ? sync.unchanged + sync.deleted : 0;
  if (indexed + synced === 0) return EXIT.failed;
  return skipped.length > 0 ? EXIT.partly : EXIT.ok;
}

function toAcl(options: CommandOptions): Acl | undefined {
  if (options.public && options.allow) throw new UsageError('--public and --allow exclude each other');
  if (options.public) return { public: true };
  return options.allow ? { allow: options.allow } : undefined;
}
