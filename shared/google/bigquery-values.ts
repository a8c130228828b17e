/** Values on their way into BigQuery (typed parameters, rows to load) and out of it (cells of results). */
import { InvalidInput, PermanentError } from '../errors.ts';
import type { SqlValue } from '../ports/warehouse.ts';
import { type ColumnType, TABLES, type TableName, type TableRow } from '../schema/tables.ts';
import { DEFAULT_PARAMETERS } from '../sql/parameters.ts';
import type { StageParams } from '../sql/stage.ts';

export interface QueryParameter {
  readonly name: string;
  readonly parameterType: { readonly type: 'STRING' | 'INT64' | 'FLOAT64' };
  readonly parameterValue: { readonly value: string };
}

/**
 * Named parameters for exactly the `names` a query uses. One of the build's parameters has the type of its default,
 * so that alpha = 1 stays a FLOAT64; another number is INT64 when whole. Throws PermanentError for a missing one
 * and for a number that its type cannot hold.
 */
export function queryParameters(names: Iterable<string>, params: StageParams): QueryParameter[] {
  return [...names].map((name) => {
    const value = params[name];
    if (value === undefined) throw new PermanentError(`The query needs the parameter @${name}.`);
    if (typeof value === 'string') return parameter(name, 'STRING', value);
    if (!Number.isFinite(value)) throw new PermanentError(`@${name} is ${value}, which is no number.`);
    const standard = (DEFAULT_PARAMETERS as Readonly<Record<string, number>>)[name];
    if (standard === undefined ? !Number.isInteger(value) : !Number.isInteger(standard))
      return parameter(name, 'FLOAT64', String(value));
    if (!Number.isSafeInteger(value))
      throw new PermanentError(`@${name} is an INT64; ${value} is no whole number that is exact.`);
    return parameter(name, 'INT64', String(value));
  });
}

function parameter(
  name: string,
  type: QueryParameter['parameterType']['type'],
  value: string,
): QueryParameter {
  return { name, parameterType: { type }, parameterValue: { value } };
}

/** A column of a result, as BigQuery's REST API describes it (with its older type names). */
export interface ResultField {
  readonly name: string;
  readonly type: string;
}

/** A row of a result: cells in the order of the fields. TIMESTAMPs must have been asked for as INT64 microseconds. */
export interface ResultRow {
  readonly f?: readonly { readonly v: unknown }[];
}

/** A result row as an object. INT64 and TIMESTAMP (epoch ms) become numbers. Throws PermanentError where one cannot. */
export function plainRow(fields: readonly ResultField[], row: ResultRow): Record<string, SqlValue> {
  return Object.fromEntries(
    fields.map((field, index) => [field.name, plainValue(field, row.f?.[index]?.v ?? null)]),
  );
}

function plainValue({ name, type }: ResultField, value: unknown): SqlValue {
  if (value === null) return null;
  if (typeof value !== 'string') throw new PermanentError(`The column ${name} is not a scalar.`);
  switch (type) {
    case 'STRING':
      return value;
    case 'INTEGER':
    case 'INT64':
      return wholeNumber(name, value);
    case 'FLOAT':
    case 'FLOAT64':
      return Number(value.replace(/^([+-]?)inf$/i, '$1Infinity'));
    case 'BOOLEAN':
    case 'BOOL':
      return value === 'true';
    case 'TIMESTAMP':
      return Math.floor(wholeNumber(name, value) / 1000);
    default:
      throw new PermanentError(`The column ${name} has the type ${type}, which this port does not carry.`);
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new PermanentError(`The column ${name} holds ${text}, which a number cannot hold exactly.`);
  return number;
}

/** Rows of a table as newline-delimited JSON. Throws InvalidInput naming row and column. */
export function loadLines(table: TableName, rows: readonly TableRow[]): string {
  const {
    columns,
    required,
  }: { columns: Readonly<Record<string, ColumnType>>; required: readonly string[] } = TABLES[table];
  const lines = rows.map((row, index) => {
    const refuse = (column: string, detail: string): never => {
      throw new InvalidInput([{ pointer: `/${index}/${column}`, detail }]);
    };
    for (const column of required)
      if ((row[column] ?? null) === null) refuse(column, `is required in ${table}`);
    const cells: Record<string, string | number | boolean> = {};
    for (const [column, value] of Object.entries(row)) {
      const type = columns[column] ?? refuse(column, `is no column of ${table}`);
      if (value !== null) cells[column] = loadValue(type, value) ?? refuse(column, `is no ${type}`);
    }
    return JSON.stringify(cells);
  });
  return `${lines.join('\n')}\n`;
}

/** The JSON that a load job takes for the value; undefined where it is not of the type. */
function loadValue(
  type: ColumnType,
  value: string | number | boolean,
): string | number | boolean | undefined {
  switch (type) {
    case 'STRING':
      return typeof value === 'string' ? value : undefined;
    case 'BOOL':
      return typeof value === 'boolean' ? value : undefined;
    case 'FLOAT64':
      return Number.isFinite(value) ? value : undefined;
    case 'INT64':
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case 'TIMESTAMP':
      return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= 8.64e15
        ? new Date(value).toISOString()
        : undefined;
  }
}
