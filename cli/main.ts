#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startupMessage } from '@freshet/shared/service/run';
import { createFreshetClient } from './client.ts';
import { type Command, type CommandOptions, EXIT, UsageError } from './command.ts';
import { askCommand } from './commands/ask.ts';
import { backfillCommand } from './commands/backfill.ts';
import { datasetCommand } from './commands/dataset.ts';
import { deleteCommand } from './commands/delete.ts';
import { dlqCommand } from './commands/dlq.ts';
import { finetuneCommand } from './commands/finetune.ts';
import { indexCommand } from './commands/index.ts';
import { ingestCommand } from './commands/ingest.ts';
import { searchCommand } from './commands/search.ts';
import { statusCommand } from './commands/status.ts';
import { topicsCommand } from './commands/topics.ts';
import { createProgress } from './progress.ts';

const commands: Record<string, Command> = {
  ingest: ingestCommand,
  backfill: backfillCommand,
  ask: askCommand,
  search: searchCommand,
  status: statusCommand,
  delete: deleteCommand,
  index: indexCommand,
  topics: topicsCommand,
  dlq: dlqCommand,
  dataset: datasetCommand,
  finetune: finetuneCommand,
};

const help = `freshet — talk to a Freshet fleet

${Object.values(commands)
  .map(({ usage, summary }) => `  freshet ${usage}\n      ${summary}`)
  .join('\n')}

Options of every command:
  --url URL     the gateway (FRESHET_URL, http://127.0.0.1:8080)
  --json        one JSON object a line, for programs
The API key is read from FRESHET_API_KEY.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part or no answer, 130 interrupted.
`;

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        source: { type: 'string' },
        public: { type: 'boolean' },
        allow: { type: 'string', multiple: true },
        filter: { type: 'string', multiple: true },
        'changed-after': { type: 'string' },
        'changed-before': { type: 'string' },
        limit: { type: 'string' },
        code: { type: 'string' },
        all: { type: 'boolean' },
        connectors: { type: 'string' },
        state: { type: 'string' },
        sync: { type: 'boolean' },
        'max-deleted': { type: 'string' },
        watch: { type: 'boolean' },
        format: { type: 'string' },
        out: { type: 'string' },
        'validation-share': { type: 'string' },
        name: { type: 'string' },
        'base-model': { type: 'string' },
        role: { type: 'string' },
        train: { type: 'string' },
        validation: { type: 'string' },
        hyperparameter: { type: 'string', multiple: true },
        wait: { type: 'boolean' },
        every: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [name, ...paths] = positionals;
  if (values.help || name === undefined) {
    process.stdout.write(help);
    return values.help ? EXIT.ok : EXIT.usage;
  }
  const command = commands[name];
  if (!command) throw new UsageError(`there is no command ${name}; see freshet --help`);
  const { url = process.env['FRESHET_URL'] ?? 'http://127.0.0.1:8080', help: _help, ...rest } = values;
  const options = rest as CommandOptions;
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const progress = createProgress({ isQuiet: options.json ?? false });
  const client = createFreshetClient({ url, apiKey: process.env['FRESHET_API_KEY'] });
  try {
    const out = (text: string) => void process.stdout.write(text);
    return await command.run({ client, paths, options, progress, signal: interrupt.signal, out });
  } catch (error) {
    progress.finish();
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('freshet: interrupted\n');
    return EXIT.interrupted;
  } finally {
    await client.close();
  }
}

// A reader that has enough, as in `freshet search … | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`freshet: ${startupMessage(error)}\n`);
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
