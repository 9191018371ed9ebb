import { FreshetError } from '@freshet/shared/errors';
import type { HistoryItem, LlamaChat, LlamaLibrary, LlamaSequence } from './library.ts';
import type { EngineOptions, EngineRequest, EngineResult } from './messages.ts';
import { loadLibrary } from './runtime/load.ts';

/** Fewer tokens than these are no answer. */
const MIN_ANSWER_TOKENS = 32;
/** Left free at the end of the context: the library moves text out of a context that is full to the last token. */
const SPARE_TOKENS = 8;
/** Of a prompt at once: the library does not look at a signal before the whole prompt is evaluated. */
const PIECE_TOKENS = 64;

export interface EngineCall {
  /** Ends the call within one token, or 64 of its prompt; it then resolves with the reason `cancelled`. */
  signal: AbortSignal;
  onText: (text: string) => void;
  /** A token of a thought. */
  onThinking: () => void;
}

export interface Engine {
  /** Tokens that a prompt with its answer may have. */
  readonly contextTokens: number;
  /**
   * Not more at once than there are sequences.
   * @throws {FreshetError} `FRESHET_CONTEXT_TOO_LONG`
   */
  generate(request: EngineRequest, call: EngineCall): Promise<EngineResult>;
  close(): Promise<void>;
}

/**
 * A model with one context, whose sequences are evaluated in one batch. A sequence keeps what it has evaluated, and a
 * prompt is given to the one that has most of its beginning: rules that all prompts begin with are computed once.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID` when node-llama-cpp is not installed, `FRESHET_MODEL_UNAVAILABLE`
 * when the file is no model that it can run, or the memory does not suffice.
 */
export async function openEngine({
  path,
  threads,
  sequences,
  contextTokens,
}: EngineOptions): Promise<Engine> {
  const { LlamaChat, LlamaLogLevel, getLlama } = await load();
  const llama = await getLlama({
    gpu: process.platform === 'darwin' ? 'auto' : false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({
    contextSize: Math.min(contextTokens, model.trainContextSize),
    sequences,
    threads,
  });
  const free = Array.from({ length: sequences }, () => {
    const sequence = context.getSequence();
    return { sequence, chat: new LlamaChat({ contextSequence: sequence }) };
  });

  async function generate(request: EngineRequest, { signal, onText, onThinking }: EngineCall) {
    const { maxTokens, temperature } = request;
    const history = toHistory(request);
    const prompt = tokenize(free[0]?.chat);
    const room = context.contextSize - prompt.length - SPARE_TOKENS;
    if (room < Math.min(maxTokens, MIN_ANSWER_TOKENS)) throw new FreshetError('FRESHET_CONTEXT_TOO_LONG');
    const taken = takeBest(free, prompt);
    const cachedTokens = sharedLength(taken.sequence.contextTokens, prompt);
    let outputTokens = 0;
    const end = (finishReason: EngineResult['finishReason']) => ({
      finishReason,
      inputTokens: prompt.length,
      outputTokens,
      cachedTokens,
    });
    try {
      await evaluate(taken.sequence, prompt.slice(0, -1), signal);
      if (signal.aborted) return end('cancelled');
      const { metadata } = await taken.chat.generateResponse(history, {
        maxTokens: Math.min(maxTokens, room),
        ...(temperature === undefined ? {} : { temperature }),
        signal,
        stopOnAbortSignal: true,
        contextShift: { size: 1 },
        onResponseChunk({ type, text, tokens }) {
          outputTokens += tokens.length;
          if (type === 'segment') onThinking();
          else if (text !== '') onText(text);
        },
      });
      return end(FINISH_REASONS[metadata.stopReason] ?? 'stop');
    } catch (error) {
      // Before its first token the library rejects, whatever `stopOnAbortSignal` says.
      if (!signal.aborted) throw error;
      return end('cancelled');
    } finally {
      free.push(taken);
    }

    function tokenize(chat: LlamaChat | undefined): number[] {
      if (!chat)
        throw new FreshetError('FRESHET_INTERNAL', { detail: 'More calls than there are sequences.' });
      return chat.chatWrapper
        .generateContextState({ chatHistory: history })
        .contextText.tokenize(model.tokenizer);
    }
  }

  return { contextTokens: context.contextSize, generate, close: () => llama.dispose() };
}

/** Brings a sequence to exactly these tokens, as far as the signal lets it. */
async function evaluate(
  sequence: LlamaSequence,
  tokens: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  await sequence.adaptStateToTokens(tokens, false);
  while (sequence.nextTokenIndex < tokens.length && !signal.aborted) {
    const from = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, from + PIECE_TOKENS));
  }
}

const FINISH_REASONS: Record<string, EngineResult['finishReason']> = {
  maxTokens: 'length',
  abort: 'cancelled',
};

async function load(): Promise<LlamaLibrary> {
  try {
    return await loadLibrary();
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', {
      detail: `A local model needs node-llama-cpp: run \`npm run -s local-model:install\` (${(cause as Error).message}).`,
      cause,
    });
  }
}

/** The last item is the answer, which has nothing yet. */
function toHistory({ system, messages }: EngineRequest): HistoryItem[] {
  return [
    { type: 'system', text: system },
    ...messages.map(
      ({ role, content }): HistoryItem =>
        role === 'user' ? { type: 'user', text: content } : { type: 'model', response: [content] },
    ),
    { type: 'model', response: [] },
  ];
}

/** Takes out the one whose sequence begins with most of the prompt. */
function takeBest<Free extends { sequence: LlamaSequence }>(free: Free[], prompt: readonly number[]): Free {
  const shared = free.map(({ sequence }) => sharedLength(sequence.contextTokens, prompt));
  const best = shared.indexOf(Math.max(...shared));
  return free.splice(best, 1)[0]!;
}

function sharedLength(one: readonly number[], other: readonly number[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}
