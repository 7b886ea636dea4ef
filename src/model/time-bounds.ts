/** PostgreSQL's `timestamp without time zone` as ISO text: `2026-11-23 10:00:00`, `infinity`, `-infinity`. */
export type Timestamp = string;
export const INFINITY: Timestamp = 'infinity';
export const MINUS_INFINITY: Timestamp = '-infinity';
