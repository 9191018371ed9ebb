/** The embedding model, as a port. Adapters live in embedding/, one file or folder a provider. */

export interface EmbedOptions {
  /** Told of every further try of a call, before it is made. */
  onRetry?: () => void;
  signal?: AbortSignal;
}

export interface Embedder {
  /** Changes whenever vectors would: model, weights, runtime version, pooling, prefixes. */
  readonly fingerprint: string;
  /** As its provider names it; the fingerprint when it does not say. */
  readonly model?: string;
  /** Who runs the model, in the words of OpenTelemetry's `gen_ai.provider.name`; `custom` when it does not say. */
  readonly provider?: string;
  readonly dimensions: number;
  /** Longer texts are cut off by the model. */
  readonly maxTokens: number;
  /** Vectors of unit length, one a text, in the order of the texts. */
  embedDocuments(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** Goes before document texts that wait for the same model. */
  embedQuery(text: string, options?: EmbedOptions): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Counts tokens the way the embedder does, so that a chunk is never cut off. */
export interface TokenCounter {
  count(text: string): number;
}
