/** Config retain_hrs where it is not set; 0 and what cannot be read mean that nothing is purged. */
const DEFAULT_RETAIN_HOURS = '24';

/**
 * Gives the instances, as `host:port`, that generations of the servermap before the current one
 * name and that may hold data still: the generation was replaced less than retain_hrs ago, or
 * nobody knows when. The table has no times; the log of applies tells by when a generation had
 * been replaced.
 */
export const FORMER_COPIES = `
  WITH retention AS (
    SELECT CASE WHEN hours ~ '^[1-9][0-9]{0,6}$'
                THEN pg_catalog.clock_timestamp() - pg_catalog.make_interval(hours => hours::int)
            END AS since
      FROM (SELECT coalesce((SELECT value #>> '{}' FROM storage.config WHERE key = 'retain_hrs'),
                            '${DEFAULT_RETAIN_HOURS}') AS hours) AS setting
  ), former AS (
    SELECT s.server_map
      FROM storage.servermap AS s
     WHERE s.id < (SELECT max(id) FROM storage.servermap)
       AND NOT EXISTS (SELECT FROM lenkwerk.apply_log AS a, retention AS r
                        WHERE a.servermap_id > s.id AND a.applied_at < r.since)
  )
  SELECT DISTINCT (copy ->> 'host') || ':' || (copy ->> 'port') AS name
    FROM former,
         pg_catalog.json_each(
           CASE json_typeof(server_map) WHEN 'object' THEN server_map ELSE '{}' END) AS entry,
         pg_catalog.json_array_elements(
           CASE WHEN json_typeof(entry.value) = 'object'
                 AND json_typeof(entry.value -> 'copies') = 'array'
                THEN entry.value -> 'copies' ELSE '[]' END) AS copy
   WHERE json_typeof(copy) = 'object'
     AND copy ->> 'host' IS NOT NULL AND copy ->> 'port' IS NOT NULL
   ORDER BY name`;
