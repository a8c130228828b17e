/**
 * What a DuckDB connection needs before it runs rewritten GoogleSQL. Macros expand when a statement is
 * bound, so `typeof` in them is a constant and costs nothing per row.
 */

/** Statements that set a connection up: UTC, and NULLs ordered as GoogleSQL orders them. */
export const DUCKDB_SETTINGS: readonly string[] = [
  "SET TimeZone = 'UTC'",
  "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
  'SET integer_division = false',
  'SET ieee_floating_point_ops = true',
];

const INTEGER_TEXT = "'\\s*[-+]?(?:[0-9]+|0[xX][0-9a-fA-F]+)\\s*'";
const FLOATS = "('DOUBLE', 'FLOAT')";

function macro(signature: string, body: string): string {
  return `CREATE OR REPLACE TEMP MACRO ${signature} AS ${body}`;
}

/** Statements that define the functions rewritten SQL calls; all begin with `gsql_`. */
export const DUCKDB_MACROS: readonly string[] = [
  // DuckDB widens SUM(BIGINT) to HUGEINT. The overload is chosen by the type of `x`, what is summed; `s` is the sum.
  `CREATE OR REPLACE TEMP MACRO gsql_sum(x BIGINT, s) AS CAST(s AS BIGINT), (x HUGEINT, s) AS CAST(s AS BIGINT),
    (x DOUBLE, s) AS s, (x DECIMAL(38, 9), s) AS CAST(s AS DECIMAL(38, 9))`,

  macro('gsql_nonzero(x)', "CASE WHEN x = 0 THEN error('division by zero') ELSE x END"),
  macro(
    'gsql_sort_key(x)',
    "CASE WHEN x IS NULL THEN error('an ORDER BY key of ARRAY_AGG(STRUCT …) is NULL: use COALESCE') ELSE x END",
  ),

  macro(
    'gsql_int64(x)',
    `CASE WHEN typeof(x) IN ${FLOATS} THEN CAST(round(CAST(x AS DOUBLE)) AS BIGINT)
      WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), ${INTEGER_TEXT})
      THEN error('not an INT64: ' || CAST(x AS VARCHAR)) ELSE CAST(x AS BIGINT) END`,
  ),
  macro(
    'gsql_safe_int64(x)',
    `CASE WHEN typeof(x) IN ${FLOATS} THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
      WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), ${INTEGER_TEXT}) THEN NULL
      ELSE TRY_CAST(x AS BIGINT) END`,
  ),
  ...['gsql_string(x)', 'gsql_safe_string(x)'].map((signature) =>
    macro(
      signature,
      `CASE WHEN typeof(x) IN ('VARCHAR', 'BIGINT', 'INTEGER', 'HUGEINT', 'SMALLINT', 'TINYINT', 'BOOLEAN', 'DATE', '"NULL"')
        THEN CAST(x AS VARCHAR) ELSE error('CAST(' || typeof(x) || ' AS STRING) differs between engines') END`,
    ),
  ),
  macro(
    'gsql_bool(x)',
    `CASE WHEN typeof(x) <> 'VARCHAR' THEN CAST(x AS BOOLEAN) ELSE CASE lower(CAST(x AS VARCHAR))
      WHEN 'true' THEN true WHEN 'false' THEN false ELSE
      CASE WHEN x IS NULL THEN NULL ELSE error('not a BOOL: ' || CAST(x AS VARCHAR)) END END END`,
  ),
  macro(
    'gsql_safe_bool(x)',
    `CASE WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS BOOLEAN) ELSE CASE lower(CAST(x AS VARCHAR))
      WHEN 'true' THEN true WHEN 'false' THEN false END END`,
  ),
  ...['gsql_bytes(x)', 'gsql_safe_bytes(x)'].map((signature) =>
    macro(signature, "CASE WHEN typeof(x) = 'BLOB' THEN CAST(x AS BLOB) ELSE encode(CAST(x AS VARCHAR)) END"),
  ),
  // DuckDB drops the offset of '2026-01-01 00:00:00+02' unless it is read as TIMESTAMPTZ first.
  macro(
    'gsql_timestamp(x)',
    "CASE WHEN typeof(x) = 'VARCHAR' THEN CAST(CAST(x AS TIMESTAMPTZ) AS TIMESTAMP) ELSE CAST(x AS TIMESTAMP) END",
  ),
  macro(
    'gsql_safe_timestamp(x)',
    "CASE WHEN typeof(x) = 'VARCHAR' THEN CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP) ELSE TRY_CAST(x AS TIMESTAMP) END",
  ),

  // GoogleSQL shifts the 64 bits themselves; DuckDB refuses negative numbers and lost bits.
  macro(
    'gsql_shift_left(x, n)',
    `CASE WHEN n < 0 THEN error('negative shift') WHEN n >= 64 THEN CAST(0 AS BIGINT)
      WHEN x >= 0 AND (CAST(x AS BIGINT) >> (63 - n)) = 0 THEN CAST(x AS BIGINT) << n
      ELSE CAST(CAST(CAST(x AS BIGINT) AS BIT) << CAST(n AS INTEGER) AS BIGINT) END`,
  ),
  macro(
    'gsql_shift_right(x, n)',
    `CASE WHEN n < 0 THEN error('negative shift') WHEN n >= 64 THEN CAST(0 AS BIGINT)
      WHEN x >= 0 THEN CAST(x AS BIGINT) >> n
      ELSE CAST(CAST(CAST(x AS BIGINT) AS BIT) >> CAST(n AS INTEGER) AS BIGINT) END`,
  ),

  macro('gsql_greatest(a, b)', 'CASE WHEN a >= b THEN a WHEN b >= a THEN b END'),
  macro('gsql_least(a, b)', 'CASE WHEN a <= b THEN a WHEN b <= a THEN b END'),
  macro(
    'gsql_exp(x)',
    "CASE WHEN x > 709.782712893384e0 AND x < CAST('inf' AS DOUBLE) THEN error('EXP overflows') ELSE exp(x) END",
  ),
  macro(
    'gsql_pow(x, y)',
    `CASE WHEN NOT isfinite(pow(x, y)) AND isfinite(CAST(x AS DOUBLE)) AND isfinite(CAST(y AS DOUBLE))
      THEN error('POW overflows or has no value') ELSE pow(x, y) END`,
  ),

  macro('gsql_substr(s, p)', 'substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END)'),
  macro(
    'gsql_substr_length(s, p, n)',
    `CASE WHEN n < 0 THEN error('SUBSTR needs a length of at least 0')
      ELSE substr(s, CASE WHEN p = 0 OR p < -length(s) THEN 1 ELSE p END, n) END`,
  ),
  macro(
    'gsql_count(n)',
    "CASE WHEN n < 0 THEN error('a length must be at least 0') ELSE CAST(n AS INTEGER) END",
  ),

  macro(
    'gsql_offset(l, i)',
    `CASE WHEN i < 0 OR i >= len(l) THEN error('array index ' || CAST(i AS VARCHAR) || ' is out of bounds')
      ELSE l[i + 1] END`,
  ),
  macro('gsql_safe_offset(l, i)', 'CASE WHEN i >= 0 THEN l[i + 1] END'),
  macro(
    'gsql_in_array(x, l)',
    `CASE WHEN l IS NULL OR len(l) = 0 THEN false WHEN list_contains(l, x) THEN true
      WHEN list_position(l, NULL) IS NOT NULL THEN NULL ELSE list_contains(l, x) END`,
  ),
  macro('gsql_array_concat(a, b)', 'CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END'),
  macro(
    'gsql_bytes_of(l)',
    "unhex(array_to_string(list_transform(l, lambda b: printf('%02x', CAST(b AS UTINYINT))), ''))",
  ),
  macro(
    'gsql_json(x)',
    `CASE WHEN regexp_matches(typeof(x), '(DOUBLE|FLOAT|DECIMAL|TIMESTAMP|BLOB|INTERVAL|MAP|UNION|ENUM)( |\\(|\\[|\\)|,|$)')
      THEN error('TO_JSON_STRING(' || typeof(x) || ') differs between engines')
      ELSE replace(replace(coalesce(CAST(to_json(x) AS VARCHAR), 'null'), chr(8232), '\\u2028'), chr(8233), '\\u2029') END`,
  ),

  macro(
    'gsql_date_trunc(part, d)',
    `CASE WHEN typeof(d) IN ('TIMESTAMP', 'VARCHAR') THEN error('DATE_TRUNC needs a DATE')
      ELSE CAST(date_trunc(part, d) AS DATE) END`,
  ),
  macro('gsql_floor_micros(t, n)', 'epoch_us(t) // n - CASE WHEN epoch_us(t) % n < 0 THEN 1 ELSE 0 END'),
];
