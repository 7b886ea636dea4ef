/** A throw-away Lenkwerk with group roles, and a login for each kind of work of a pipeline. */
import { initialise } from '../../../src/database/setup/init.js';
import { withDevLenkwerk } from '../../../src/dev/lenkwerk.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { silentLogger } from '../../../src/runtime/logger.js';

export interface DevLogins {
  /** URLs of the database by the names of the secrets, such as `LENKWERK_APPLY_URL`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the stores are. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs `work` beside it, and ends everything. */
export async function withDevLogins(work: (logins: DevLogins) => Promise<void>): Promise<void> {
  const { signal } = new AbortController();
  await withDevLenkwerk({ env: process.env, signal, logger: silentLogger }, async (variables) => {
    const { LENKWERK_DATABASE: admin, ...stores } = variables;
    const client = await openConnection(connectionSettings({ url: admin }, {}), 'test');
    await initialise(client, { roles: true });
    // The store needs no login.
    const secrets: Record<string, string> = {
      LENKWERK_STORE_USER: '',
      LENKWERK_STORE_PASSWORD: '',
    };
    for (const group of ['reader', 'apply', 'verify']) {
      const url = new URL(admin);
      url.username = `ci_${group}`;
      await client.query(
        `CREATE ROLE ${url.username} LOGIN PASSWORD '${url.password}' IN ROLE lenkwerk_${group}`,
      );
      secrets[`LENKWERK_${group.toUpperCase()}_URL`] = url.href;
    }
    await client.end();
    await work({ secrets, variables: stores });
  });
}
