/**
 * What PostgreSQL holds to be immutable although a setting changes its result, so that the server
 * lets it into an index: each is refused here, with this reason.
 * https://www.postgresql.org/docs/current/runtime-config-client.html for the first two,
 * https://www.postgresql.org/docs/current/runtime-config-compatible.html for the others.
 */
export const SETTINGS = {
  floatText: 'how many digits the text of a float has depends on the setting extra_float_digits',
  bytesText: 'the text of bytea depends on the setting bytea_output; use encode()',
  arrayNull: 'what NULL without quotes means in an array depends on the setting array_nulls',
  equalsNull: 'what = NULL means depends on the setting transform_null_equals; use IS NULL',
} as const;
