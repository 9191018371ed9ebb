import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, sep } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import type { Generator } from '../generation.ts';
import { smolLm2 } from '../weights/bundle.ts';
import { ensureWeights, type WeightsLog } from '../weights/ensure.ts';
import { openModelProcess } from './local/model-process.ts';
import { createModelGenerator, type ModelSettings } from './model-generator.ts';

/** Beyond them, cores of one machine wait for its memory. */
const MAX_DEFAULT_THREADS = 8;
const KNOWN = [smolLm2];
/** Nobody bills it. */
const FREE = { inputPerMTok: 0, outputPerMTok: 0 };

export interface LocalGeneratorOptions extends ModelSettings {
  /** That compute; 0 is one a core, up to 8. */
  threads?: number;
  /** Answers that are written at once; others wait. */
  sequences?: number;
  /** Most tokens of a prompt with its answer, at most what the model was trained for. */
  contextTokens?: number;
  log?: WeightsLog | undefined;
}

/**
 * A GGUF file, through llama.cpp in a process of its own: `model` is its path, or the name of one that is fetched.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` when there is no such file, or node-llama-cpp is not installed,
 * `FRESHET_MODEL_UNAVAILABLE` when it cannot be fetched or run.
 */
export async function openLocalGenerator({
  model,
  maxTokens = 1024,
  temperature,
  threads = 0,
  sequences = 2,
  contextTokens = 8192,
  price = FREE,
  log,
  ...limits
}: LocalGeneratorOptions): Promise<Generator> {
  const path = await findModel(model, log);
  const engine = await openModelProcess({
    path,
    threads: threads || Math.min(MAX_DEFAULT_THREADS, availableParallelism()),
    sequences,
    contextTokens,
  });
  return createModelGenerator({
    ...limits,
    // Clients read it in answers: where the file lies is not their business.
    model: basename(path, '.gguf'),
    provider: 'local',
    price,
    stream: (prompt, { signal }) => engine.generate({ ...prompt, maxTokens, temperature }, signal),
    close: () => engine.close(),
  });
}

async function findModel(model: string, log: WeightsLog | undefined): Promise<string> {
  const known = KNOWN.find(({ name }) => name.toLowerCase() === model.toLowerCase());
  if (known) return (await ensureWeights(known, { log })).model;
  const found = await stat(model).catch(() => undefined);
  if (found?.isFile()) return model;
  const isPath = model.includes(sep) || model.endsWith('.gguf');
  const reason = isPath
    ? 'there is no such file'
    : `name the path of a GGUF file, or ${KNOWN.map(({ name }) => name)}`;
  throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: `The local model ${model}: ${reason}.` });
}
