/** A model that reads a question and a text together, as a port. Adapters live in reranking/, one file a provider. */

export interface RerankOptions {
  signal?: AbortSignal;
  /** Told of every further try of a call. */
  onRetry?: (() => void) | undefined;
}

export interface Reranker {
  readonly model: string;
  /** Who runs the model, in the words of OpenTelemetry's `gen_ai.provider.name`; `custom` when it does not say. */
  readonly provider?: string;
  /** How well each text answers the query, in the order of the texts: greater is better, and the scale the model's. */
  rerank(query: string, texts: readonly string[], options?: RerankOptions): Promise<number[]>;
  close(): Promise<void>;
}
