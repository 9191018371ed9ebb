import type { Prompt } from '@freshet/models/generation/prompt';

/** What a model is to say to a prompt. */
export interface Example extends Prompt {
  answer: string;
}

export type TrainingFormat = 'bedrock' | 'openai';

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html, single and multi-turn. */
function toBedrock({ system, messages, answer }: Example): unknown {
  const turns = [...messages, { role: 'assistant', content: answer }];
  return {
    schemaVersion: 'bedrock-conversation-2024',
    system: [{ text: system }],
    messages: turns.map(({ role, content }) => ({ role, content: [{ text: content }] })),
  };
}

/** https://platform.openai.com/docs/guides/supervised-fine-tuning. */
function toOpenAi({ system, messages, answer }: Example): unknown {
  return {
    messages: [{ role: 'system', content: system }, ...messages, { role: 'assistant', content: answer }],
  };
}

/** One line of training data, with its end. */
export function trainingLine(format: TrainingFormat, example: Example): string {
  return `${JSON.stringify(format === 'bedrock' ? toBedrock(example) : toOpenAi(example))}\n`;
}
