import type { LlamaLibrary } from '../library.ts';

/**
 * node-llama-cpp, out of this folder's own node_modules: 83 MB that only those install who run a model themselves.
 * @throws `ERR_MODULE_NOT_FOUND` where it is not installed.
 */
export async function loadLibrary(): Promise<LlamaLibrary> {
  // Not a literal: neither the compiler nor a bundler is to look for what may not be there.
  const name: string = 'node-llama-cpp';
  return (await import(name)) as LlamaLibrary;
}
