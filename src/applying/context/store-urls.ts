/** Texts of help and hints about the URLs of stores; imports no client library. */
import { DRIVERS } from '../../kvstore/drivers.js';

/** An example for each kind of store, for help. */
export const STORE_URLS = DRIVERS.map(({ exampleUrl }) => exampleUrl).join(', ');

/** The source of each kind of store's password, for hints. */
export const STORE_PASSWORDS = DRIVERS.map(
  ({ passwordPlace, schemes: [scheme] }) => `${passwordPlace} for ${scheme}://`,
).join(', ');
