/**
 * What PostgreSQL holds to be immutable although a setting changes its result, so that the server
 * lets it into an index: each is refused here, with this reason.
 */
export const SETTINGS = {
  /** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-EXTRA-FLOAT-DIGITS */
  floatText: 'how many digits the text of a float has depends on the setting extra_float_digits',
  /** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-BYTEA-OUTPUT */
  bytesText: 'the text of bytea depends on the setting bytea_output; use encode()',
  /** https://www.postgresql.org/docs/current/runtime-config-compatible.html#GUC-ARRAY-NULLS */
  arrayNull: 'what NULL without quotes means in an array depends on the setting array_nulls',
  /** https://www.postgresql.org/docs/current/runtime-config-compatible.html#GUC-TRANSFORM-NULL-EQUALS */
  equalsNull: 'what = NULL means depends on the setting transform_null_equals; use IS NULL',
} as const;
