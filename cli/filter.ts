import type { AttributeCondition, SearchFilter } from '@freshet/shared/contracts';
import { type CommandOptions, UsageError } from './command.ts';

/** Usage of the options that {@link readFilter} reads. */
export const FILTER_USAGE =
  '[--source NAME] [--filter NAME=VALUE]... [--changed-after TIME] [--changed-before TIME]';

const CONDITION = /^([A-Za-z][\w.-]*)(\^=|>=|<=|=|>|<)(.*)$/s;
const OPERATORS = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const;

/**
 * The filter of a search: `--filter product=x`, `edition>=4` or `path^=docs/` (a prefix). Several values of one name
 * mean any of them, several bounds one range. `undefined` where nothing narrows the search.
 * @throws {UsageError} for what is no condition, or is two kinds of conditions on one name.
 */
export function readFilter(options: CommandOptions): { filter: SearchFilter } | undefined {
  const { source, filter: conditions = [] } = options;
  const changedAt = {
    ...(options['changed-after'] === undefined ? {} : { gte: options['changed-after'] }),
    ...(options['changed-before'] === undefined ? {} : { lt: options['changed-before'] }),
  };
  const attributes = new Map<string, AttributeCondition>();
  for (const condition of conditions) {
    const [, name, operator, value] = CONDITION.exec(condition) ?? [];
    if (name === undefined || operator === undefined || value === undefined || value === '') {
      throw new UsageError(`--filter takes NAME=VALUE, NAME>=VALUE or NAME^=PREFIX, not ${condition}`);
    }
    const joined = join(attributes.get(name), operator, value);
    if (joined === undefined) throw new UsageError(`--filter has conditions of two kinds for ${name}`);
    attributes.set(name, joined);
  }
  const filter = {
    ...(source ? { sources: [source] } : {}),
    ...(attributes.size > 0 ? { attributes: Object.fromEntries(attributes) } : {}),
    ...(Object.keys(changedAt).length > 0 ? { changedAt } : {}),
  };
  return Object.keys(filter).length > 0 ? { filter } : undefined;
}

function join(
  known: AttributeCondition | undefined,
  operator: string,
  text: string,
): AttributeCondition | undefined {
  if (operator === '^=') return known === undefined ? { prefix: text } : undefined;
  const value = readValue(text);
  if (operator === '=') {
    if (known === undefined) return value;
    if (Array.isArray(known)) return [...known, value];
    return typeof known === 'object' ? undefined : [known, value];
  }
  if (typeof value === 'boolean') throw new UsageError(`--filter compares numbers and dates, not ${text}`);
  const bound = { [OPERATORS[operator as keyof typeof OPERATORS]]: value };
  if (known === undefined) return bound;
  return typeof known === 'object' && !Array.isArray(known) && !('prefix' in known)
    ? { ...known, ...bound }
    : undefined;
}

/** `4` and `true` as JSON has them, `"4"` as a text, everything else as it stands. */
function readValue(text: string): string | number | boolean {
  if (/^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(text)) return JSON.parse(text);
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}
