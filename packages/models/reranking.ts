/** A model that reads a question and a text together, as a port. Adapters live in reranking/, one file a protocol. */

export interface RerankOptions {
  signal?: AbortSignal;
}

export interface Reranker {
  readonly model: string;
  /** How well each text answers the query, in the order of the texts: greater is better, and the scale the model's. */
  rerank(query: string, texts: readonly string[], options?: RerankOptions): Promise<number[]>;
  close(): Promise<void>;
}
