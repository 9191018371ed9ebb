import type { WeightBundle, WeightFile } from './bundle.ts';

export interface FetchedFile {
  file: WeightFile;
  body: AsyncIterable<Uint8Array>;
}

/** A way to get weights. What it brings is not trusted: whoever asked checks length and sha256. */
export interface WeightSource {
  readonly name: string;
  /** Yields the wanted files; throws an error whose message is the reason, in one line. */
  fetch(
    bundle: WeightBundle,
    files: readonly WeightFile[],
    options: { signal?: AbortSignal | undefined },
  ): AsyncIterable<FetchedFile>;
}
