import { countTokens } from './answer-text.ts';
import { Refusal } from './faults.ts';

export interface Prompt {
  /** System prompt and messages, in their order. */
  text: string;
  inputTokens: number;
  maxTokens: number;
}

interface TextBlock {
  text?: string;
}

export interface ConverseBody {
  system?: TextBlock[];
  messages?: { role: 'user' | 'assistant'; content: TextBlock[] }[];
  inferenceConfig?: { maxTokens?: number; temperature?: number };
}

const DEFAULT_MAX_TOKENS = 4096;

/** What a Converse request asks, refused where Bedrock would refuse it. */
export function readPrompt(body: unknown, contextTokens: number): Prompt {
  const { system = [], messages = [], inferenceConfig = {} } = (body ?? {}) as ConverseBody;
  if (messages[0]?.role !== 'user') {
    throw invalid('A conversation must start with a user message. Try again with a conversation that does.');
  }
  for (const [i, { role, content }] of messages.entries()) {
    if (i > 0 && role === messages[i - 1]!.role) {
      throw invalid('A conversation must alternate between user and assistant roles.');
    }
    for (const [block, { text }] of content.entries()) {
      if (text?.trim() === '') {
        throw invalid(
          `The text field in the ContentBlock object at messages.${i}.content.${block} is blank.`,
        );
      }
    }
  }
  const text = [...system, ...messages.flatMap(({ content }) => content)]
    .map((block) => block.text ?? '')
    .join('\n');
  const inputTokens = countTokens(text);
  if (inputTokens > contextTokens) throw invalid('Input is too long for requested model.');
  return { text, inputTokens, maxTokens: inferenceConfig.maxTokens ?? DEFAULT_MAX_TOKENS };
}

function invalid(message: string): Refusal {
  return new Refusal('ValidationException', message);
}
