import { Type } from 'typebox';
import { invalidChange } from './change.ts';
import { isObject, type JsonObject } from './json.ts';

/** How a value is written where its JSON does not say it. */
export const ColumnType = Type.Object(
  {
    type: Type.Union([
      Type.Literal('date-days'),
      Type.Literal('time-millis'),
      Type.Literal('time-micros'),
      Type.Literal('time-nanos'),
      Type.Literal('timestamp-millis'),
      Type.Literal('timestamp-micros'),
      Type.Literal('timestamp-nanos'),
      Type.Literal('decimal'),
      Type.Literal('utf8'),
    ]),
    scale: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  },
  { additionalProperties: false },
);
export interface ColumnType {
  type: string;
  scale?: number;
}

/** Names of Kafka Connect's and Debezium's logical types. */
const LOGICAL: Record<string, string> = {
  'io.debezium.time.Date': 'date-days',
  'io.debezium.time.Time': 'time-millis',
  'io.debezium.time.MicroTime': 'time-micros',
  'io.debezium.time.NanoTime': 'time-nanos',
  'io.debezium.time.Timestamp': 'timestamp-millis',
  'io.debezium.time.MicroTimestamp': 'timestamp-micros',
  'io.debezium.time.NanoTimestamp': 'timestamp-nanos',
  'org.apache.kafka.connect.data.Date': 'date-days',
  'org.apache.kafka.connect.data.Time': 'time-millis',
  'org.apache.kafka.connect.data.Timestamp': 'timestamp-millis',
  'org.apache.kafka.connect.data.Decimal': 'decimal',
};

/** Ticks of a second. */
const TICKS: Record<string, bigint> = { millis: 1_000n, micros: 1_000_000n, nanos: 1_000_000_000n };
const DAY_SECONDS = 86_400n;
/** What a JavaScript date can be, in seconds from the epoch. */
const MAX_SECONDS = 8_640_000_000_000n;

/** The types of a row's columns, from the schema that a message carries. */
export function typesOfSchema(schema: unknown): Map<string, ColumnType> {
  const types = new Map<string, ColumnType>();
  const fields = isObject(schema) && Array.isArray(schema['fields']) ? schema['fields'] : [];
  for (const { field, name, parameters } of fields.filter(isObject) as JsonObject[]) {
    const type = typeof name === 'string' ? LOGICAL[name] : undefined;
    if (!type || typeof field !== 'string') continue;
    const scale = isObject(parameters) ? Number(parameters['scale']) : Number.NaN;
    types.set(field, { type, ...(Number.isInteger(scale) && { scale }) });
  }
  return types;
}

/**
 * A value of a change record as text, number, boolean, array or object: dates and times become ISO 8601, those without
 * a zone in UTC; decimals become their digits; `utf8` is what a bytea holds, as text.
 * @throws {FreshetError} `FRESHET_CHANGE_INVALID` for a value that is not of its type.
 */
export function decodeValue(column: string, value: unknown, declared: ColumnType | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (isVariableDecimal(value)) return decimal(column, value.value, value.scale);
  if (!declared) return value;
  const { type, scale = 0 } = declared;
  if (type === 'utf8') return textOf(column, value);
  // Other ways of handling decimals and times give them as text, or as a number, at once.
  if (type === 'decimal') return typeof value === 'string' ? decimal(column, value, scale) : value;
  if (typeof value === 'string' && !/^-?\d+$/.test(value)) return value;
  if (!/^-?\d+$/.test(String(value))) throw mistyped(column, value, type);
  return moment(BigInt(String(value)), type);
}

function moment(count: bigint, type: string): string {
  if (type === 'date-days') return isoSeconds(count * DAY_SECONDS)?.slice(0, 10) ?? String(count);
  const [kind, unit] = type.split('-') as [string, string];
  const perSecond = TICKS[unit]!;
  const rest = ((count % perSecond) + perSecond) % perSecond;
  const seconds = (count - rest) / perSecond;
  const digits = String(perSecond).length - 1;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(digits, '0').replace(/0+$/, '')}`;
  const iso = isoSeconds(seconds);
  // PostgreSQL's infinity is the greatest count.
  if (!iso) return String(count);
  return kind === 'time' ? `${iso.slice(11)}${fraction}` : `${iso}${fraction}Z`;
}

/** Without fraction and zone. */
function isoSeconds(seconds: bigint): string | undefined {
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) return undefined;
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
}

function isVariableDecimal(value: unknown): value is { scale: number; value: string } {
  return (
    isObject(value) &&
    Object.keys(value).length === 2 &&
    Number.isInteger(value['scale']) &&
    typeof value['value'] === 'string'
  );
}

/** Kafka Connect's Decimal: the unscaled number in two's complement, greatest byte first, as base64. */
function decimal(column: string, base64: string, scale: number): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== base64) {
    // What is no base64 may be the digits themselves.
    if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(base64)) return base64;
    throw mistyped(column, base64, 'decimal');
  }
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = scale <= 0 ? digits + '0'.repeat(-scale) : digits.slice(0, -scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

function textOf(column: string, value: unknown): string {
  if (typeof value !== 'string') throw mistyped(column, value, 'utf8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'base64'));
  } catch (cause) {
    throw invalidChange(`Column ${JSON.stringify(column)} holds bytes that are no UTF-8.`, cause);
  }
}

function mistyped(column: string, value: unknown, type: string) {
  return invalidChange(`Column ${JSON.stringify(column)} is a ${typeof value}, which is no ${type}.`);
}
