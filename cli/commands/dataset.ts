import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import { type Command, type CommandContext, type CommandOptions, EXIT, UsageError } from '../command.ts';
import type { DatasetCounts } from '../dataset/make-dataset.ts';
import type { Example, TrainingFormat } from '../dataset/training-line.ts';

export const datasetCommand: Command = {
  usage: 'dataset export [FILE…|-] --format bedrock|openai --out FOLDER [--validation-share 0.1]',
  summary: 'training data out of chats with good feedback, masked, each once, split by document',
  async run(context) {
    const [verb, ...files] = context.paths;
    if (verb !== 'export') throw new UsageError('the command is: freshet dataset export');
    const { format, folder, validationShare } = readOptions(context.options);
    const [{ makeDataset }, { readChats }] = await Promise.all([
      import('../dataset/make-dataset.ts'),
      import('../dataset/read-chats.ts'),
    ]);
    async function* lines() {
      for (const file of files.length > 0 ? files : ['-']) {
        yield* file === '-' ? readChats(process.stdin, 'stdin') : readChats(createReadStream(file), file);
      }
    }
    const { examples, counts } = await makeDataset(lines(), {
      validationShare,
      onInvalid: ({ place, code, detail }) => void process.stderr.write(`${place}: ${code}: ${detail}\n`),
    });
    await mkdir(folder, { recursive: true });
    await writeLines(join(folder, 'train.jsonl'), format, examples.train);
    await writeLines(join(folder, 'validation.jsonl'), format, examples.validation);
    report(context, counts);
    if (counts.train === 0) return EXIT.failed;
    return counts.invalid > 0 ? EXIT.partly : EXIT.ok;
  },
};

function readOptions({ format, out, 'validation-share': share = '0.1' }: CommandOptions) {
  if (format !== 'bedrock' && format !== 'openai') throw new UsageError('--format takes bedrock or openai');
  if (!out) throw new UsageError('--out FOLDER is missing');
  const validationShare = Number(share);
  if (share.trim() === '' || !(validationShare >= 0 && validationShare <= 0.5)) {
    throw new UsageError('--validation-share takes a share from 0 to 0.5');
  }
  return { format, folder: out, validationShare } as const;
}

/** Whole or not at all: a half file would train a model on half of the data. */
async function writeLines(path: string, format: TrainingFormat, examples: readonly Example[]): Promise<void> {
  const { trainingLine } = await import('../dataset/training-line.ts');
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w');
    try {
      for (const example of examples) await file.write(trainingLine(format, example));
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw new FreshetError('FRESHET_STORAGE_FAILED', {
      detail: `${path}: ${(cause as Error).message}`,
      cause,
    });
  }
}

function report({ options, out }: CommandContext, counts: DatasetCounts): void {
  if (options.json) {
    out(`${JSON.stringify(counts)}\n`);
    return;
  }
  const { masked, ...rest } = counts;
  for (const [name, count] of Object.entries(rest)) {
    out(`${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).padEnd(18)}${count}\n`);
  }
  const kinds = Object.entries(masked).map(([kind, count]) => `${count} ${kind}`);
  out(`${'masked'.padEnd(18)}${kinds.join(', ')}\n`);
  if (counts.validation === 0)
    out('No validation: the examples are few, or nearly all of them share documents.\n');
}
