/** GoogleSQL as BigQuery has it: what its documentation names, and nothing of other products that share the language. */
import type { GoogleSqlClient, Message } from './client.ts';

/** Optional features of GoogleSQL that BigQuery's documentation describes; whatever is not listed is off. */
const FEATURES: readonly string[] = [
  'ANALYTIC_FUNCTIONS',
  'TABLESAMPLE',
  'GROUP_BY_ROLLUP',
  'NUMERIC_TYPE',
  'BIGNUMERIC_TYPE',
  'JSON_TYPE',
  'JSON_ARRAY_FUNCTIONS',
  'JSON_VALUE_EXTRACTION_FUNCTIONS',
  'JSON_LAX_VALUE_EXTRACTION_FUNCTIONS',
  'JSON_CONSTRUCTOR_FUNCTIONS',
  'JSON_MUTATOR_FUNCTIONS',
  'INTERVAL_TYPE',
  'GEOGRAPHY',
  'ENCRYPTION',
  'NAMED_ARGUMENTS',
  'PARAMETERIZED_TYPES',
  'CBRT_FUNCTIONS',
  'ROUND_WITH_ROUNDING_MODE',
  'RANGE_TYPE',
  'DML_UPDATE_WITH_JOIN',
  'CREATE_TABLE_PARTITION_BY',
  'CREATE_TABLE_CLUSTER_BY',
  'CREATE_TABLE_NOT_NULL',
  'CREATE_TABLE_AS_SELECT_COLUMN_LIST',
  'V_1_1_WITH_ON_SUBQUERY',
  'V_1_1_SELECT_STAR_EXCEPT_REPLACE',
  'V_1_1_ORDER_BY_COLLATE',
  'V_1_1_ORDER_BY_IN_AGGREGATE',
  'V_1_1_LIMIT_IN_AGGREGATE',
  'V_1_1_HAVING_IN_AGGREGATE',
  'V_1_1_CAST_DIFFERENT_ARRAY_TYPES',
  'V_1_1_NULL_HANDLING_MODIFIER_IN_ANALYTIC',
  'V_1_1_NULL_HANDLING_MODIFIER_IN_AGGREGATE',
  'V_1_1_FOR_SYSTEM_TIME_AS_OF',
  'V_1_2_CIVIL_TIME',
  'V_1_2_SAFE_FUNCTION_CALL',
  'V_1_2_WEEK_WITH_WEEKDAY',
  'V_1_3_NULLS_FIRST_LAST_IN_ORDER_BY',
  'V_1_3_ALLOW_DASHES_IN_TABLE_NAME',
  'V_1_3_WITH_RECURSIVE',
  'V_1_3_DECIMAL_ALIAS',
  'V_1_3_ALLOW_REGEXP_EXTRACT_OPTIONALS',
  'V_1_3_DATE_TIME_CONSTRUCTORS',
  'V_1_3_DATE_ARITHMETICS',
  'V_1_3_ADDITIONAL_STRING_FUNCTIONS',
  'V_1_3_EXTENDED_DATE_TIME_SIGNATURES',
  'V_1_3_PIVOT',
  'V_1_3_UNPIVOT',
  'V_1_3_IS_DISTINCT',
  'V_1_3_FORMAT_IN_CAST',
  'V_1_3_QUALIFY',
  'V_1_3_LIKE_ANY_SOME_ALL',
];

/** Functions of the library that BigQuery lacks, or had not when this analyzer was made: those in doubt are refused. */
const FOREIGN =
  /^(array_(filter|transform|includes|includes_all|includes_any|is_distinct|max|min|sum|avg|first_n|last_n|remove_first_n|remove_last_n|find|find_all|offset|offsets)|d3a_count\..+|iferror|iserror|nulliferror|timestamp_from_unix_\w+|nullifzero|zeroifnull|pi(_\w+)?)$/;

/** LanguageOptionsProto of BigQuery, every kind of statement allowed. */
export const BIGQUERY: Message = {
  name_resolution_mode: 'NAME_RESOLUTION_DEFAULT',
  product_mode: 'PRODUCT_EXTERNAL',
  enabled_language_features: FEATURES.map((feature) => `FEATURE_${feature}`),
  // Empty means all.
  supported_statement_kinds: [],
  reserved_keywords: ['QUALIFY'],
};

/** Options of EXPORT DATA into Bigtable (BigQuery: EXPORT DATA statement); any other name or type is refused. */
export const OPTIONS: Message = {
  disallow_unknown_options: true,
  disallow_duplicate_option_names: true,
  option: [
    ...['uri', 'format', 'bigtable_options'].map((name) => ({ name, type: { type_kind: 'TYPE_STRING' } })),
    ...['overwrite', 'truncate', 'auto_create_column_families'].map((name) => ({
      name,
      type: { type_kind: 'TYPE_BOOL' },
    })),
  ],
};

interface Builtin {
  readonly name_path: readonly string[];
  readonly signature: readonly { readonly context_id: string }[];
}

/** The built-in functions of a catalogue: those of the features above but the foreign ones. */
export async function builtinFunctions(client: GoogleSqlClient): Promise<Message> {
  const { function: functions } = (await client.call('GetBuiltinFunctions', {
    language_options: BIGQUERY,
  })) as { function: readonly Builtin[] };
  const foreign = functions.filter(({ name_path: path }) => FOREIGN.test(path.join('.')));
  return {
    language_options: BIGQUERY,
    exclude_function_ids: foreign.flatMap(({ signature }) => signature.map((one) => Number(one.context_id))),
  };
}
