import { Acl, type MediaType, Source, TEXT_TYPES, Tenant } from '@freshet/shared/contracts';
import { FreshetError } from '@freshet/shared/errors';
import { createValidator } from '@freshet/shared/validation';
import { type Static, Type } from 'typebox';
import { ColumnType } from './column-types.ts';
import { compileTemplate, type Template } from './template.ts';
import { createUnavailableCheck, DEFAULT_PLACEHOLDER } from './unavailable.ts';

const strict = { additionalProperties: false };
const Column = Type.String({ minLength: 1, maxLength: 63 });
const AttributeType = Type.Union([
  Type.Literal('string'),
  Type.Literal('number'),
  Type.Literal('boolean'),
  Type.Literal('date'),
]);
export type AttributeType = Static<typeof AttributeType>;

const Table = Type.Object(
  {
    table: Type.String({ pattern: '^[^.]+\\.[^.]+$', description: 'schema.table' }),
    topic: Type.String({ minLength: 1, maxLength: 249, pattern: '^[A-Za-z0-9._-]+$' }),
    tenant: Type.Optional(Tenant),
    source: Source,
    idColumns: Type.Array(Column, { minItems: 1, maxItems: 16 }),
    idPrefix: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })),
    title: Type.Optional(Type.String()),
    body: Type.String({ minLength: 1 }),
    // What a template makes is text.
    mediaType: Type.Optional(Type.Union(TEXT_TYPES.map((type) => Type.Literal(type)))),
    uri: Type.Optional(Type.String()),
    language: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' })),
    attributes: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
        Type.Object({ column: Column, type: Type.Optional(AttributeType) }, strict),
        { ...strict, maxProperties: 64 },
      ),
    ),
    acl: Type.Optional(
      Type.Union([
        Acl,
        Type.Object(
          { column: Column, prefix: Type.Optional(Type.String({ pattern: '^(user|group):\\S{0,64}$' })) },
          strict,
        ),
      ]),
    ),
    changedAt: Type.Optional(Column),
    columns: Type.Optional(Type.Record(Column, ColumnType)),
    replicaIdentity: Type.Optional(Type.Literal('full')),
    versionOffset: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 51 })),
    loadedAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  strict,
);

const Mapping = Type.Object(
  {
    unavailableValue: Type.Optional(Type.String({ minLength: 1 })),
    beforeImage: Type.Optional(Type.String({ minLength: 1 })),
    tables: Type.Array(Table, { minItems: 1 }),
  },
  strict,
);

/** How the rows of one table become documents. docs/postgres-cdc.md explains each field. */
export interface TableMapping
  extends Omit<Static<typeof Table>, 'title' | 'body' | 'uri' | 'tenant' | 'mediaType' | 'idPrefix'> {
  tenant: string;
  mediaType: MediaType;
  idPrefix: string;
  title: Template | undefined;
  body: Template;
  uri: Template | undefined;
}

export interface CdcMapping {
  tables: TableMapping[];
  /** Each once. */
  topics: string[];
  /** The table of a topic; `undefined` for one that is not mapped. */
  find(topic: string, table: string): TableMapping | undefined;
  isUnavailable(value: unknown): boolean;
  /** Where AWS DMS puts the row as it was. */
  beforeImage: string;
}

const validator = createValidator(Mapping);

/**
 * Reads the mapping of tables to documents.
 * @throws {FreshetError} `FRESHET_CONFIG_INVALID`, naming the path of what is wrong.
 */
export function readCdcMapping(json: string): CdcMapping {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FreshetError('FRESHET_CONFIG_INVALID', { detail: 'The CDC mapping is not JSON.', cause });
  }
  if (!validator.check(value)) {
    // A union reports each of its branches; the deepest path says most.
    const [worst] = validator.errors(value).sort((a, b) => b.path.length - a.path.length);
    throw invalid(worst?.path ?? '/', worst?.detail ?? 'is wrong');
  }
  const tables = value.tables.map(compileTable);
  demandDistinct(tables);
  const byName = new Map(tables.map((table) => [nameOf(table.topic, table.table), table]));
  return {
    tables,
    topics: [...new Set(tables.map(({ topic }) => topic))],
    find: (topic, table) => byName.get(nameOf(topic, table)),
    isUnavailable: createUnavailableCheck(value.unavailableValue ?? DEFAULT_PLACEHOLDER),
    beforeImage: value.beforeImage ?? 'before-image',
  };
}

function compileTable(fields: Static<typeof Table>, index: number): TableMapping {
  const { table, tenant = 'default', mediaType = 'text/markdown', idPrefix } = fields;
  const compile = (name: 'title' | 'body' | 'uri', text: string) => {
    try {
      return compileTemplate(text);
    } catch (error) {
      throw invalid(`/tables/${index}/${name}`, (error as Error).message);
    }
  };
  const prefix =
    idPrefix ??
    table
      .replace(/^public\./, '')
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .slice(0, 64);
  return {
    ...fields,
    tenant,
    mediaType,
    idPrefix: prefix,
    title: fields.title === undefined ? undefined : compile('title', fields.title),
    body: compile('body', fields.body),
    uri: fields.uri === undefined ? undefined : compile('uri', fields.uri),
  };
}

/** Two tables that shared ids would overwrite each other, and one that is truncated would take the other's along. */
function demandDistinct(tables: readonly TableMapping[]): void {
  const seen = new Map<string, number>();
  for (const [index, { topic, table, tenant, source, idPrefix }] of tables.entries()) {
    const claims = {
      table: `${table} of topic ${topic}`,
      idPrefix: `idPrefix ${JSON.stringify(idPrefix)} of source ${source} of tenant ${tenant}`,
    };
    for (const [field, claim] of Object.entries(claims)) {
      const other = seen.get(claim);
      if (other !== undefined)
        throw invalid(`/tables/${index}/${field}`, `${claim} is taken by /tables/${other}`);
      seen.set(claim, index);
    }
  }
}

function nameOf(topic: string, table: string): string {
  return `${topic}\n${table}`;
}

function invalid(path: string, detail: string): FreshetError {
  return new FreshetError('FRESHET_CONFIG_INVALID', { detail: `The CDC mapping: ${path} ${detail}.` });
}
