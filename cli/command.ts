import type { FreshetClient } from './client.ts';
import type { Progress } from './progress.ts';

/** What a command runs with. */
export interface CommandContext {
  client: FreshetClient;
  /** Arguments after the command's name. */
  paths: string[];
  options: CommandOptions;
  progress: Progress;
  signal: AbortSignal;
  /** Writes to standard output. */
  out: (text: string) => void;
}

export interface CommandOptions {
  source?: string;
  public?: boolean;
  allow?: string[];
  /** Conditions on attributes: `NAME=VALUE`. */
  filter?: string[];
  'changed-after'?: string;
  'changed-before'?: string;
  limit?: string;
  /** Of the errors to choose. */
  code?: string;
  all?: boolean;
  /** A file of connectors, as CONNECTORS_FILE has it. */
  connectors?: string;
  /** Where a backfill keeps how far it came. */
  state?: string;
  /** Deletes what the source no longer has. */
  sync?: boolean;
  'max-deleted'?: string;
  /** Goes on with every change of a folder. */
  watch?: boolean;
  /** Of training data. */
  format?: string;
  out?: string;
  'validation-share'?: string;
  /** Of a customisation job; `train` and `validation` are S3 addresses, as `out` is. */
  name?: string;
  'base-model'?: string;
  role?: string;
  train?: string;
  validation?: string;
  hyperparameter?: string[];
  wait?: boolean;
  /** Seconds from one look at a job to the next. */
  every?: string;
  json?: boolean;
}

export interface Command {
  usage: string;
  summary: string;
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** Exit codes. */
export const EXIT = { ok: 0, failed: 1, usage: 2, partly: 3, interrupted: 130 } as const;

/** Wrong words on the command line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export function demandSource({ source }: CommandOptions): string {
  if (!source) throw new UsageError('--source NAME is missing');
  return source;
}

export function readLimit({ limit }: CommandOptions, fallback: number): number {
  if (limit === undefined) return fallback;
  const value = Number(limit);
  if (!Number.isInteger(value) || value < 1) throw new UsageError('--limit takes a whole number from 1');
  return value;
}

/** The share of a source's documents that `--sync` may delete; `undefined` without `--sync`. */
export function readMaxDeleted({ sync, 'max-deleted': share }: CommandOptions): number | undefined {
  if (!sync && share !== undefined) throw new UsageError('--max-deleted goes with --sync');
  if (!sync) return undefined;
  const value = Number(share ?? 0.3);
  if (share?.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new UsageError('--max-deleted takes a share from 0 to 1');
  }
  return value;
}
