import { credentialFiles } from '../../postgres/credentials.js';
import { namePlaces } from '../../postgres/libpq/servers.js';
import { defineDriver } from '../driver-kit.js';
import {
  describePostgres,
  POSTGRES_LIMITS,
  postgresFromConfig,
  postgresFromUrl,
  postgresWithPassword,
} from './settings.js';

/** A database of PostgreSQL 15 or later; the first write creates the schema `lenkwerk_kv` in it. */
export const postgres = defineDriver({
  type: 'postgres',
  schemes: ['postgres', 'postgresql'],
  exampleUrl: 'postgres://host/database',
  passwordPlace: '.pgpass',
  limits: POSTGRES_LIMITS,
  guarantees: { acknowledged: 'disk', foreignWrites: 'unseen', pastRevisions: 'in-journal' },
  // The PG* variables are those of the Lenkwerk database.
  variables: { login: [], byHost: ['HOME', 'PGPASSFILE'] },
  fromUrl: postgresFromUrl,
  fromConfig: postgresFromConfig,
  fromEnvironment: undefined,
  withPassword: postgresWithPassword,
  describe: describePostgres,
  places: ({ connection: { servers, database } }) =>
    servers.map((server) => `postgres ${namePlaces([server])} ${database}`),
  files: ({ connection }) => credentialFiles(connection),
  load: async () => (await import('./store.js')).connectPostgres,
});
