/** What every installation has in common: names, and versions of PostgreSQL. */

/** The publication that `lenkwerk init` creates, and that agents read unless another is named. */
export const DEFAULT_PUBLICATION = 'bagger_lw_storage';

/** The target that config `kvstores` does not name. */
export const DEFAULT_TARGET = 'default';

/** The major versions of PostgreSQL that the tests run on: these two, and those between. */
export const OLDEST_MAJOR = 15;
/** The newest of them. */
export const NEWEST_MAJOR = 18;
