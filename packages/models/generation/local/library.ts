/** What is used of node-llama-cpp 3.21. Its own types are not there where it is not installed. */

export interface LlamaLibrary {
  LlamaChat: new (options: { contextSequence: LlamaSequence }) => LlamaChat;
  LlamaLogLevel: { error: string };
  getLlama(options: {
    gpu: 'auto' | false;
    build: 'never';
    skipDownload: boolean;
    progressLogs: boolean;
    maxThreads: number;
    logLevel: string;
  }): Promise<Llama>;
}

export interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  /** Tokens that it was trained to see at once. */
  readonly trainContextSize: number;
  readonly tokenizer: unknown;
  createContext(options: { contextSize: number; sequences: number; threads: number }): Promise<LlamaContext>;
}

export interface LlamaContext {
  /** Tokens of each sequence. */
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

export interface LlamaSequence {
  /** Those that are evaluated and kept. */
  readonly contextTokens: readonly number[];
  readonly nextTokenIndex: number;
  /** Forgets what comes after the beginning that both have; `allowShift` would move later tokens. */
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
}

export type HistoryItem =
  | { type: 'system' | 'user'; text: string }
  | { type: 'model'; response: readonly string[] };

export interface LlamaChat {
  readonly chatWrapper: {
    /** The conversation in the model's own template. */
    generateContextState(options: { chatHistory: readonly HistoryItem[] }): {
      contextText: { tokenize(tokenizer: unknown): number[] };
    };
  };
  generateResponse(
    history: readonly HistoryItem[],
    options: {
      maxTokens: number;
      temperature?: number;
      signal: AbortSignal;
      stopOnAbortSignal: boolean;
      contextShift: { size: number };
      /** `type` says that it is no text of the answer, but a thought. */
      onResponseChunk(chunk: { type: 'segment' | undefined; text: string; tokens: readonly number[] }): void;
    },
  ): Promise<{ metadata: { stopReason: string } }>;
}
