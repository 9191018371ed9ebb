import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type CommandContext, type CommandOptions, EXIT, UsageError } from '../command.ts';
import type { CustomisationJobs, JobSettings, JobState } from '../finetune/jobs.ts';

export const finetuneCommand: Command = {
  usage:
    'finetune start --name NAME --base-model ID --role ARN --train s3://… [--validation s3://…] --out s3://… [--hyperparameter NAME=VALUE] | status JOB   [--wait] [--every SECONDS]',
  summary: 'a customisation job of Bedrock (AWS_REGION); repeating the same start finds the same job',
  async run(context) {
    const [verb, ...jobs] = context.paths;
    const { options, signal } = context;
    const isStart = verb === 'start' && jobs.length === 0;
    if (!isStart && (verb !== 'status' || jobs.length !== 1)) {
      throw new UsageError('finetune takes start, or status and the name or ARN of a job');
    }
    const settings = isStart ? readSettings(options) : undefined;
    const everyMs = readEvery(options);
    // Loaded here: nothing else needs this client of AWS.
    const { createCustomisationJobs } = await import('../finetune/jobs.ts');
    const client = createCustomisationJobs();
    try {
      const job = settings ? await client.start(settings, signal) : jobs[0]!;
      return await follow(client, job, everyMs, context);
    } finally {
      client.close();
    }
  },
};

/** The state of the job, once or with `--wait` until it has ended. */
async function follow(
  client: CustomisationJobs,
  job: string,
  everyMs: number,
  { options, signal, progress, out }: CommandContext,
): Promise<number> {
  let state = await client.look(job, signal);
  while (options.wait && isRunning(state)) {
    progress.line(`${state.status}  ${state.job}`);
    await sleep(everyMs, undefined, { signal });
    state = await client.look(job, signal);
  }
  out(options.json ? `${JSON.stringify(state)}\n` : describe(state));
  return state.status === 'Completed' || isRunning(state) ? EXIT.ok : EXIT.failed;
}

const isRunning = ({ status }: JobState) => status === 'InProgress' || status === 'Stopping';

function describe({ model, deployment, ...state }: JobState): string {
  const lines = Object.entries({ ...state, model, deployment }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(16)}${value}`],
  );
  if (model !== undefined) lines.push('', ...nextStep(model, deployment));
  return `${lines.join('\n')}\n`;
}

/** A custom model can only be asked through a deployment, or provisioned throughput. */
function nextStep(model: string, deployment: string | undefined): string[] {
  if (deployment === undefined) {
    return [
      'Deploy the model, and look again for the line of ROUTES_FILE:',
      `  aws bedrock create-custom-model-deployment --model-deployment-name NAME --model-arn ${model}`,
    ];
  }
  const route = JSON.stringify({ provider: 'bedrock', model: deployment });
  return ['Under `routes` of ROUTES_FILE:', `  "tuned": ${route}`];
}

function readSettings(options: CommandOptions): JobSettings {
  const demand = (name: 'name' | 'base-model' | 'role' | 'train' | 'out'): string => {
    const value = options[name];
    if (!value) throw new UsageError(`--${name} is missing`);
    return value;
  };
  const settings = {
    name: demand('name'),
    baseModel: demand('base-model'),
    role: demand('role'),
    train: demand('train'),
    validation: options.validation,
    out: demand('out'),
    hyperparameters: readHyperparameters(options.hyperparameter ?? []),
  };
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(settings.name) || settings.name.length > 63) {
    throw new UsageError('--name takes up to 63 letters, digits and hyphens');
  }
  if (!/^arn:[^:]+:iam::\d{12}:role\/\S+$/.test(settings.role))
    throw new UsageError('--role takes the ARN of a role');
  for (const name of ['train', 'validation', 'out'] as const) {
    if (settings[name] !== undefined && !/^s3:\/\/[^/]+(\/|$)/.test(settings[name])) {
      throw new UsageError(`--${name} takes an address such as s3://bucket/folder`);
    }
  }
  return settings;
}

function readHyperparameters(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=(.+)$/.exec(pair) ?? [];
      if (!name || !value) throw new UsageError('--hyperparameter takes NAME=VALUE, such as epochCount=2');
      return [name, value];
    }),
  );
}

function readEvery({ every = '30' }: CommandOptions): number {
  const seconds = Number(every);
  if (every.trim() === '' || !(seconds > 0 && seconds <= 3600)) {
    throw new UsageError('--every takes seconds, up to 3600');
  }
  return seconds * 1000;
}
