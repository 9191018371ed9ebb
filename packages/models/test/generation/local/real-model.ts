import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { smolLm2 } from '../../../weights/bundle.ts';
import { defaultCacheDir } from '../../../weights/cache-dir.ts';

const runtime = fileURLToPath(new URL('../../../generation/local/runtime/', import.meta.url));

export const isInstalled = existsSync(join(runtime, 'node_modules', 'node-llama-cpp'));
export const path = join(defaultCacheDir(), smolLm2.files.model.name);

/** Why tests of the real model are skipped, or false. */
export const skip = !isInstalled
  ? 'SKIPPED: node-llama-cpp is not here; `make local-model` installs it'
  : !existsSync(path) && 'SKIPPED: SmolLM2-135M is not here; `make local-model` fetches it';
