/** Tables of one dataset: listed, looked at and deleted. */
import type { ErrorContext } from './bigquery-errors.ts';
import { type RestOptions, send } from './bigquery-rest.ts';

export interface DatasetOptions {
  readonly rest: RestOptions;
  readonly project: string;
  readonly dataset: string;
}

interface TableList {
  readonly tables?: readonly { readonly tableReference?: { readonly tableId?: string } }[];
  readonly nextPageToken?: string;
}

const PAGE_TABLES = '1000';

/** The ids of all tables, in no promised order. */
export async function listTables(options: DatasetOptions): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const answer = await send<TableList>(options.rest, {
      method: 'GET',
      path: tablesPath(options),
      query: { maxResults: PAGE_TABLES, pageToken },
      context: { what: `Listing the tables of ${options.dataset}` },
    });
    const page = 'body' in answer ? answer.body : {};
    for (const { tableReference } of page.tables ?? [])
      if (tableReference?.tableId !== undefined) ids.push(tableReference.tableId);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && pageToken !== '');
  return ids;
}

/** How many rows the table holds, undefined when there is no such table. */
export async function countRows(options: DatasetOptions, table: string): Promise<number | undefined> {
  const answer = await send<{ numRows?: string }>(
    options.rest,
    { method: 'GET', path: `${tablesPath(options)}/${table}`, context: about('Looking at', options, table) },
    [404],
  );
  return 'body' in answer ? Number(answer.body.numRows ?? 0) : undefined;
}

/** Deletes the table; one that is not there is no error. */
export async function deleteTable(options: DatasetOptions, table: string): Promise<void> {
  await send(
    options.rest,
    { method: 'DELETE', path: `${tablesPath(options)}/${table}`, context: about('Deleting', options, table) },
    [404],
  );
}

function tablesPath({ project, dataset }: DatasetOptions): string {
  return `/bigquery/v2/projects/${project}/datasets/${dataset}/tables`;
}

function about(verb: string, { dataset }: DatasetOptions, table: string): ErrorContext {
  return { what: `${verb} the table ${dataset}.${table}` };
}
