import { FreshetError } from '@freshet/shared/errors';
import type { Completer } from '../completion.ts';
import { createModelClient, type ModelClientOptions } from '../openai/client.ts';

export interface OpenAiCompleterOptions extends ModelClientOptions {
  model: string;
  maxTokens: number;
}

interface ChatCompletion {
  choices?: { message?: { content?: string | null } }[];
}

/** Any server with OpenAI's `/chat/completions`. */
export function createOpenAiCompleter({
  model,
  maxTokens,
  ...clientOptions
}: OpenAiCompleterOptions): Completer {
  const client = createModelClient(clientOptions);
  return {
    model,
    provider: 'openai',
    async complete({ system, messages }, { signal, onRetry }) {
      const body = {
        model,
        messages: [{ role: 'system', content: system }, ...messages],
        max_tokens: maxTokens,
        temperature: 0,
      };
      const answer = (await client.json('/chat/completions', body, signal, onRetry)) as ChatCompletion;
      const text = answer.choices?.[0]?.message?.content;
      if (typeof text === 'string') return text;
      throw new FreshetError('FRESHET_MODEL_UNAVAILABLE', { detail: 'The model answered without a text.' });
    },
    close: () => client.close(),
  };
}
