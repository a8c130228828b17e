/** Words: GoogleSQL's reserved ones, and names that DuckDB would take for something else. */

/** Reserved in GoogleSQL (its lexical structure): never a name without backticks. */
export const RESERVED: ReadonlySet<string> = new Set(
  `ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT
  DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL
  GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP
  MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE
  RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN
  WHERE WINDOW WITH WITHIN`.split(/\s+/),
);

/** Reserved words that pass through as they are: the clauses both engines share. */
export const CLAUSES: ReadonlySet<string> = new Set(
  `ALL AND AS ASC BETWEEN BY CROSS CURRENT DESC DISTINCT ESCAPE EXCEPT EXISTS FOLLOWING FROM FULL GROUP HAVING IN INNER
  INTERSECT IS JOIN LEFT LIKE LIMIT NOT NULLS ON OR ORDER OUTER PARTITION PRECEDING QUALIFY RANGE RECURSIVE RIGHT
  ROLLUP ROWS SELECT UNBOUNDED UNION USING WHERE WINDOW WITH`.split(/\s+/),
);

/** Reserved words that begin an operand. */
export const OPERANDS: ReadonlySet<string> = new Set(
  'ARRAY CASE CAST EXISTS EXTRACT FALSE IF INTERVAL NULL STRUCT TRUE'.split(' '),
);

/** Not reserved in GoogleSQL, but a keyword that DuckDB does not take as a name without quotes. */
export const QUOTE: ReadonlySet<string> = new Set(
  `ANALYSE ANALYZE ANTI ASOF ASYMMETRIC AUTHORIZATION BINARY BIT BOTH CHECK COLLATION COLUMN COLUMNS CONCURRENTLY CONSTRAINT
  DEFERRABLE DESCRIBE DO FALSE FOREIGN FREEZE GENERATED GLOB GROUPING_ID ILIKE INITIALLY INOUT ISNULL LAMBDA LEADING
  MAP NONE NOTNULL OFFSET ONLY OUT OVERLAPS OVERLAY PIVOT PIVOT_LONGER PIVOT_WIDER PLACING POSITION POSITIONAL
  PRECISION PRIMARY REFERENCES RETURNING ROW SEMI SETOF SHOW SIMILAR SUMMARIZE SYMMETRIC TABLE TRAILING TRY_CAST
  UNIQUE UNPACK UNPIVOT VALUES VARIADIC VERBOSE`.split(/\s+/),
);

/** Functions that exist in GoogleSQL and are refused, with what to write instead. */
export const REFUSED: Readonly<Record<string, string>> = {
  LOG: 'LOG is the natural logarithm on BigQuery and the decimal one on DuckDB: say LN or LOG10',
  RAND: 'a build must be repeatable: hash a key instead',
  GENERATE_UUID: 'a build must be repeatable: hash a key instead',
  FORMAT: 'FORMAT is not the same on both engines: use CONCAT, CAST and LPAD',
  FARM_FINGERPRINT: "DuckDB has none: use MOD(CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(x)), 1, 8)) AS INT64), n)",
  SESSION_USER: 'a build does not depend on who runs it',
};

/** The same for families of names. */
export const REFUSED_FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^CURRENT_/, 'a build must be repeatable: take the time as a parameter, @now or @run_date'],
  [/^(?:FORMAT|PARSE)_/, 'formats differ between the engines: use EXTRACT, CAST and CONCAT'],
  [/^APPROX_/, 'approximations differ between the engines: use the exact function'],
  [/^(?:DATETIME|TIME)(?:_|$)/, 'use DATE and TIMESTAMP, which are the same on both engines'],
  [/^JSON_/, 'JSON functions differ between the engines'],
];
