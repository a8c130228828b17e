/** Types and values between the protocol's messages and the terms of the schema. */
import type { ColumnType } from '../../shared/schema/tables.ts';
import type { Message } from './client.ts';

/** A cell as the warehouse port carries it: TIMESTAMP as epoch milliseconds, INT64 as a number. */
export type Cell = string | number | boolean | null;

/** A value of any type: INT64 as a bigint, ARRAY a list, STRUCT an object, DATE and TIMESTAMP text in UTC. */
export type Value =
  | bigint
  | number
  | string
  | boolean
  | null
  | readonly Value[]
  | { readonly [field: string]: Value };

export interface TypeProto {
  readonly type_kind: string;
  readonly array_type?: { readonly element_type: TypeProto };
  readonly struct_type?: { readonly field?: readonly StructField[] };
}

interface StructField {
  readonly field_name?: string;
  readonly field_type: TypeProto;
}

interface ValueProto {
  readonly value?: string;
  readonly [kind: string]: unknown;
}

/** TypeProto's names of the types that tables and parameters have. */
const KINDS: Readonly<Record<ColumnType, string>> = {
  STRING: 'TYPE_STRING',
  INT64: 'TYPE_INT64',
  FLOAT64: 'TYPE_DOUBLE',
  BOOL: 'TYPE_BOOL',
  TIMESTAMP: 'TYPE_TIMESTAMP',
};

export function typeProto(type: ColumnType): Message {
  return { type_kind: KINDS[type] };
}

/** `INT64`, `ARRAY<STRING>`, `STRUCT<pool STRING>`. */
export function typeName(type: TypeProto): string {
  if (type.array_type !== undefined) return `ARRAY<${typeName(type.array_type.element_type)}>`;
  if (type.struct_type !== undefined) {
    const fields = (type.struct_type.field ?? []).map(
      ({ field_name: name, field_type: field }) => `${name ?? ''} ${typeName(field)}`,
    );
    return `STRUCT<${fields.join(', ')}>`;
  }
  const known = Object.entries(KINDS).find(([, kind]) => kind === type.type_kind);
  return known?.[0] ?? type.type_kind.replace(/^TYPE_/, '');
}

/** A cell as a ValueProto; NULL is the empty one. */
export function valueProto(type: ColumnType, cell: Cell): Message {
  if (cell === null) return {};
  switch (type) {
    case 'STRING':
      return { string_value: String(cell) };
    case 'INT64':
      return { int64_value: String(cell) };
    case 'FLOAT64':
      return { double_value: Number(cell) };
    case 'BOOL':
      return { bool_value: cell === true };
    case 'TIMESTAMP': {
      const ms = Number(cell);
      const seconds = Math.floor(ms / 1000);
      return { timestamp_value: { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1e6 } };
    }
  }
}

/** The value that a ValueProto of the type holds. Throws where the type is none that is asked for here. */
export function readValue(type: TypeProto, proto: ValueProto): Value {
  const { value: kind } = proto;
  if (kind === undefined) return null;
  const held = proto[kind];
  switch (kind) {
    case 'int64_value':
      return BigInt(String(held));
    case 'double_value':
      return Number(held);
    case 'string_value':
      return String(held);
    case 'bool_value':
      return held === true;
    case 'date_value':
      return new Date(Number(held) * 86_400_000).toISOString().slice(0, 10);
    case 'timestamp_value':
      return timestampText(held as { seconds?: string; nanos?: number });
    case 'array_value': {
      const { element = [] } = held as { element?: readonly ValueProto[] };
      const item = type.array_type?.element_type;
      if (item === undefined) throw new Error('A list came without its type.');
      return element.map((one) => readValue(item, one));
    }
    case 'struct_value': {
      const { field = [] } = held as { field?: readonly ValueProto[] };
      const fields = type.struct_type?.field ?? [];
      return Object.fromEntries(
        fields.map(({ field_name: name, field_type: one }, index) => [
          name ?? `_${index}`,
          readValue(one, field[index] ?? {}),
        ]),
      );
    }
    default:
      throw new Error(`A ${kind} is not compared here.`);
  }
}

/** A value as the warehouse port would carry it. Throws for what it does not carry. */
export function cellOf(value: Value): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (value !== null && typeof value === 'object') throw new Error('A column is no scalar.');
  return value;
}

/** As `2026-01-31 23:59:59.5`, without a zone: all are UTC. */
function timestampText({ seconds = '0', nanos = 0 }: { seconds?: string; nanos?: number }): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
