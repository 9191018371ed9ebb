import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { Type } from 'typebox';
import { ABSTENTION } from '../abstention.ts';
import { fenced } from './fence.ts';
import { fill } from './fill.ts';

/** A prompt's files, read. */
export interface PromptTemplate {
  system: string;
  /** With `{{ref}}`, `{{title}}`, `{{changed}}` and `{{text}}`. */
  passage: string;
  /** With `{{passages}}` and `{{question}}`. */
  question: string;
  /** Version: the first 12 hexadecimal digits of the SHA-256 of all that stands in the files. */
  hash: string;
}

export interface Prompts {
  /**
   * The prompt of a name, `default` without one.
   * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming those that there are.
   */
  get(name?: string): PromptTemplate;
}

const BUILT_IN = join(import.meta.dirname, '../../prompts');
const FILES = ['system.md', 'passage.md', 'question.md', 'example.md', 'examples.json'] as const;
type Files = Partial<Record<(typeof FILES)[number], string>>;

/** What each file has to hold, or a model would be asked without it. */
const PLACEHOLDERS: Partial<Record<(typeof FILES)[number], readonly string[]>> = {
  'passage.md': ['ref', 'text'],
  'question.md': ['passages', 'question'],
  'example.md': ['passages', 'question', 'answer'],
};

const Examples = createValidator(
  Type.Array(
    Type.Object(
      {
        passages: Type.Array(
          Type.Object(
            {
              ref: Type.Integer({ minimum: 1 }),
              title: Type.Optional(Type.String()),
              changed: Type.Optional(Type.String()),
              text: Type.String(),
            },
            { additionalProperties: false },
          ),
        ),
        question: Type.String(),
        answer: Type.String(),
      },
      { additionalProperties: false },
    ),
  ),
);

/**
 * The prompts that come with Freshet, and over them those of a folder: one folder a prompt, by its name. A file that a
 * prompt lacks is that of `default`; it has the examples and their frame only where its `system.md` has `{{examples}}`.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming the file.
 */
export function openPrompts(folder?: string): Prompts {
  const found = new Map<string, Files>();
  for (const place of [BUILT_IN, ...(folder === undefined ? [] : [folder])]) {
    for (const name of foldersOf(place)) {
      found.set(name, { ...found.get(name), ...readFiles(join(place, name)) });
    }
  }
  const standard = found.get('default')!;
  const prompts = new Map(
    [...found].map(([name, files]) => [name, toTemplate(name, { ...standard, ...files })] as const),
  );
  return {
    get(name = 'default') {
      const prompt = prompts.get(name);
      if (prompt) return prompt;
      throw invalid(
        `There is no prompt ${JSON.stringify(name)}; there are: ${[...prompts.keys()].sort().join(', ')}.`,
      );
    },
  };
}

let builtIn: Prompts | undefined;

/** The prompts that come with Freshet, read once. */
export function builtInPrompts(): Prompts {
  builtIn ??= openPrompts();
  return builtIn;
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isFile() && !entry.name.startsWith('.')) // a mounted ConfigMap has links and dot folders
      .map(({ name }) => name);
  } catch (cause) {
    throw invalid(`PROMPTS_DIR ${folder}: ${(cause as Error).message}`, cause);
  }
}

function readFiles(folder: string): Files {
  const files: Files = {};
  for (const file of FILES) {
    try {
      files[file] = readFileSync(join(folder, file), 'utf8').trimEnd();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw invalid(`${join(folder, file)}: ${(cause as Error).message}`, cause);
    }
    for (const name of PLACEHOLDERS[file] ?? []) {
      if (!files[file].includes(`{{${name}}}`)) throw invalid(`${join(folder, file)} lacks {{${name}}}.`);
    }
  }
  return files;
}

function toTemplate(name: string, files: Files): PromptTemplate {
  const { 'system.md': system = '', 'passage.md': passage = '', 'question.md': question = '' } = files;
  const hash = createHash('sha256')
    .update(JSON.stringify(FILES.map((file) => files[file])))
    .digest('hex')
    .slice(0, 12);
  const examples = system.includes('{{examples}}') ? renderExamples(name, files) : '';
  return { system: fill(system, { refusal: ABSTENTION, examples }).trimEnd(), passage, question, hash };
}

function renderExamples(
  name: string,
  { 'examples.json': json = '[]', 'example.md': frame = '', ...files }: Files,
) {
  let examples: unknown;
  try {
    examples = JSON.parse(json);
  } catch (cause) {
    throw invalid(`${name}/examples.json is not JSON.`, cause);
  }
  if (!Examples.check(examples)) {
    const [first] = Examples.errors(examples);
    throw invalid(`${name}/examples.json: ${first?.path} ${first?.detail}`);
  }
  return examples
    .map(({ passages, question, answer }) => {
      const shown = passages.map((passage) => fenced(files['passage.md'] ?? '', passage)).join('\n');
      return fill(frame, { passages: shown, question, answer });
    })
    .join('\n\n');
}

function invalid(detail: string, cause?: unknown): FreshetError {
  return new FreshetError('FRESHET_CONFIG_INVALID', { detail, ...(cause === undefined ? {} : { cause }) });
}
