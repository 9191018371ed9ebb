import type { BlockBuilder } from './blocks.ts';
import { LIMITS, tooMany } from './limits.ts';

/** Fields that name a record, best first. */
const NAMES = ['title', 'name', 'subject', 'id', '_id'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Adds one record as a section under its title, each field a line `name: value`; what is no object is text. */
export function addRecord(builder: BlockBuilder, record: unknown): void {
  if (!isObject(record)) {
    builder.add('text', plain(record));
    return;
  }
  const name = NAMES.find((field) => typeof record[field] === 'string');
  if (name) builder.add('heading', String(record[name]), 2);
  for (const [field, value] of Object.entries(record)) {
    if (field !== name) builder.add('text', `${field}: ${plain(value)}`);
  }
}

/** Adds a value's parts: what is nested stands in sections under its name, lists of records record by record. */
export function addValue(builder: BlockBuilder, value: unknown, level = 2): void {
  if (level > LIMITS.jsonDepth) throw tooMany('jsonDepth', 'levels of nesting');
  if (Array.isArray(value)) {
    if (value.every((item) => !isObject(item) && !Array.isArray(item))) {
      for (const item of value) builder.add('item', `- ${plain(item)}`);
    } else for (const item of value) addSection(builder, item, level);
  } else if (isObject(value)) {
    for (const [field, part] of Object.entries(value)) addField(builder, field, part, level);
  } else builder.add('text', plain(value));
}

function addSection(builder: BlockBuilder, item: unknown, level: number): void {
  const name = isObject(item) ? NAMES.find((field) => typeof item[field] === 'string') : undefined;
  if (!name || !isObject(item)) {
    addValue(builder, item, level + 1);
    return;
  }
  const { [name]: title, ...rest } = item;
  builder.add('heading', String(title), Math.min(level, 6));
  addValue(builder, rest, level + 1);
}

function addField(builder: BlockBuilder, field: string, part: unknown, level: number): void {
  const isNested = typeof part === 'object' && part !== null && Object.keys(part).length > 0;
  const isShort =
    Array.isArray(part) && part.every((item) => typeof item !== 'object' && plain(item).length < 80);
  if (isShort && isNested) builder.add('text', `${field}: ${part.map(plain).join(', ')}`);
  else if (isNested) {
    builder.add('heading', field, Math.min(level, 6));
    addValue(builder, part, level + 1);
  } else if (part !== '' && part !== null) builder.add('text', `${field}: ${plain(part)}`);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
