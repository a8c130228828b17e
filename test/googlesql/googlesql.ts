/** Google's analyzer and reference evaluator over declared tables. */
import type { QueryParameter } from '../../shared/google/bigquery-values.ts';
import type { Columns, ColumnType } from '../../shared/schema/tables.ts';
import { GoogleSqlClient, GoogleSqlError, type Message } from './client.ts';
import { BIGQUERY, builtinFunctions, OPTIONS } from './language.ts';
import { type Server, startServer } from './server.ts';
import {
  type Cell,
  readValue,
  type TypeProto,
  typeName,
  typeProto,
  type Value,
  valueProto,
} from './values.ts';

export type Row = Readonly<Record<string, Cell>>;

/** Declared tables by the name that SQL gives them between backticks. */
export type Tables = ReadonlyMap<string, Columns>;

export interface Query {
  readonly sql: string;
  /** As they are sent; `'any'` takes whatever type the analyzer finds for those used. */
  readonly parameters: readonly QueryParameter[] | 'any';
}

/** A column of a result: its name and its type as GoogleSQL writes it. */
export type OutputColumn = readonly [name: string, type: string];

export interface Analysis {
  /** `query`, `delete`, `merge`, `create`, `export_data`, `begin`, `commit` and the like. */
  readonly kind: string;
  /** Of a query or an export; empty for other statements. */
  readonly columns: readonly OutputColumn[];
}

export interface Result {
  readonly columns: readonly OutputColumn[];
  readonly rows: readonly (readonly Value[])[];
}

interface ColumnProto {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly column?: { readonly type: TypeProto };
}

const POOLS = { definitions: [{ builtin: {} }] } as const;
const STATEMENT_NODE = /^resolved_(\w+)_(?:stmt|statement)_node$/;

export class GoogleSql {
  readonly #server: Server;
  readonly #client: GoogleSqlClient;
  readonly #functions: Message;
  readonly #registered = new Map<Tables, string>();

  private constructor(server: Server, client: GoogleSqlClient, functions: Message) {
    this.#server = server;
    this.#client = client;
    this.#functions = functions;
  }

  static async start(): Promise<GoogleSql> {
    const server = await startServer();
    const client = await GoogleSqlClient.connect(server.address);
    return new GoogleSql(server, client, await builtinFunctions(client));
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#server.stop();
  }

  /** Every statement of a text, against the tables. Throws GoogleSqlError with line and column in the text. */
  async analyze({ sql, parameters }: Query, tables: Tables): Promise<Analysis[]> {
    const bytes = Buffer.from(sql);
    const found: Analysis[] = [];
    for (let position = 0; bytes.subarray(position).toString().trim() !== ''; ) {
      const answer = (await this.#client.call('Analyze', {
        options: optionsFor(parameters),
        registered_catalog_id: await this.#register(tables),
        descriptor_pool_list: POOLS,
        parse_resume_location: { input: sql, byte_position: position, allow_resume: true },
      })) as { resolved_statement: Message; resume_byte_position: number };
      found.push(analysisOf(answer.resolved_statement));
      if (answer.resume_byte_position <= position) throw new Error('The analyzer does not advance.');
      position = answer.resume_byte_position;
    }
    return found;
  }

  /** The rows of a query over the tables' contents; of tables not given, none. Throws GoogleSqlError. */
  async evaluate(
    { sql, parameters }: Query,
    tables: Tables,
    contents: ReadonlyMap<string, readonly Row[]>,
  ): Promise<Result> {
    const answer = (await this.#client.call(
      'EvaluateQuery',
      this.#evaluation(sql, parameters, tables, contents),
    )) as {
      content?: { table_data?: { row?: readonly { cell?: readonly Message[] }[] } };
      prepared: { columns: readonly ColumnProto[] };
    };
    const types = answer.prepared.columns.map(({ type }) => type as TypeProto);
    const rows = (answer.content?.table_data?.row ?? []).map(({ cell = [] }) =>
      types.map((type, index) => readValue(type, cell[index] ?? {})),
    );
    return { columns: columnsOf(answer.prepared.columns), rows };
  }

  /** How many rows a DELETE over the tables' contents would take. */
  async countDeleted(
    { sql, parameters }: Query,
    tables: Tables,
    contents: ReadonlyMap<string, readonly Row[]>,
  ): Promise<number> {
    const answer = (await this.#client.call(
      'EvaluateModify',
      this.#evaluation(sql, parameters, tables, contents),
    )) as { content?: readonly { operation: string }[] };
    return (answer.content ?? []).filter(({ operation }) => operation === 'DELETE').length;
  }

  #evaluation(
    sql: string,
    parameters: Query['parameters'],
    tables: Tables,
    contents: ReadonlyMap<string, readonly Row[]>,
  ): Message {
    const params = parameters === 'any' ? [] : parameters;
    return {
      sql,
      options: optionsFor(parameters),
      descriptor_pool_list: POOLS,
      simple_catalog: this.#catalog(tables),
      table_content: Object.fromEntries(
        [...tables].map(([name, columns]) => [name, tableContent(columns, contents.get(name) ?? [])]),
      ),
      params: params.map(({ name, parameterType: { type }, parameterValue: { value } }) => ({
        name,
        value: valueProto(type, value),
      })),
    };
  }

  #catalog(tables: Tables): Message {
    return {
      name: 'segue',
      builtin_function_options: this.#functions,
      table: [...tables].map(([name, columns]) => ({
        name,
        column: Object.entries(columns).map(([column, type]) => ({ name: column, type: typeProto(type) })),
      })),
    };
  }

  async #register(tables: Tables): Promise<string> {
    const known = this.#registered.get(tables);
    if (known !== undefined) return known;
    const { registered_id: id } = await this.#client.call('RegisterCatalog', {
      simple_catalog: this.#catalog(tables),
      descriptor_pool_list: POOLS,
    });
    this.#registered.set(tables, String(id));
    return String(id);
  }
}

function optionsFor(parameters: Query['parameters']): Message {
  return {
    language_options: BIGQUERY,
    allowed_hints_and_options: OPTIONS,
    error_message_mode: 'ERROR_MESSAGE_ONE_LINE',
    default_timezone: 'UTC',
    parameter_mode: 'PARAMETER_NAMED',
    ...(parameters === 'any'
      ? { allow_undeclared_parameters: true }
      : {
          query_parameters: parameters.map(({ name, parameterType: { type } }) => ({
            name,
            type: typeProto(type),
          })),
        }),
  };
}

function analysisOf(statement: Message): Analysis {
  const node = String(statement.node);
  const kind = STATEMENT_NODE.exec(node)?.[1];
  if (kind === undefined) throw new GoogleSqlError(`The statement is a ${node}.`);
  const { output_column_list: columns = [] } = statement[node] as {
    output_column_list?: readonly ColumnProto[];
  };
  return { kind, columns: columnsOf(columns) };
}

function columnsOf(columns: readonly ColumnProto[]): OutputColumn[] {
  return columns.map(({ name = '', type, column }) => [name, typeName((type ?? column?.type) as TypeProto)]);
}

function tableContent(columns: Columns, rows: readonly Row[]): Message {
  const types = Object.entries(columns) as [string, ColumnType][];
  const row = rows.map((cells) => ({
    cell: types.map(([name, type]) => valueProto(type, cells[name] ?? null)),
  }));
  return { table_data: { row } };
}
