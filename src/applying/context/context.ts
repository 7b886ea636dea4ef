/** The context of the use cases, which they pass on unchanged. */
import { Readable } from 'node:stream';
import type { StoreUrl } from '../../kvstore/settings.js';
import type { ChosenEnvironment } from '../../manifest/project/choice.js';
import type { Project } from '../../manifest/project/project.js';
import { LenkwerkError } from '../../model/errors.js';
import type { DatabaseIdentity } from '../../model/installation.js';
import type { ConnectionFlags } from '../../postgres/libpq/sources.js';
import { urlHasPassword } from '../../postgres/libpq/url.js';
import { type Environment, toolVersion } from '../../runtime/settings.js';
import { STORE_PASSWORDS } from './store-urls.js';

export interface ApplyContext {
  /** The database; what is missing comes from the project and from `environment`. */
  readonly connection: ConnectionFlags;
  /** The URL of the key-value store; undefined: by the other sources. */
  readonly kv: StoreUrl | undefined;
  /** The project file; undefined: there is none, or the command does without it. */
  readonly project: Project | undefined;
  /** The environment of the project that holds; undefined: none. */
  readonly projectEnvironment: ChosenEnvironment | undefined;
  /** Environment variables: LENKWERK_*, PG*, DATABASE_URL, ETCDCTL_*, and those of a pipeline. */
  readonly environment: Environment;
  /** The folder of the files that `passwordFile` of a store's config may name. */
  readonly secretsDir: string | undefined;
  /** Ends every wait when it aborts. */
  readonly signal: AbortSignal;
  /**
   * Called before anything begins whose outcome has to be reported. Until then the process may be
   * ended at once; from then on a request to end aborts `signal`.
   */
  readonly endInOrder: () => void;
  /** The version of this program, for plans and logs. */
  readonly version: string;
  /** Called at the start of each step with its name, such as `reading the tables`. */
  readonly onStep: (what: string) => void;
  /** With which database the sessions of this work are; undefined: each is for itself. */
  readonly database: SameDatabase | undefined;
  /** Gets the names of files that are read; no result replaces one of them. */
  readonly inputs: Set<string>;
  /** The manifest that the path `-` denotes. */
  readonly stdin: () => Readable;
}

/** Of several hosts each session may find another one: all have to be of one database. */
interface SameDatabase {
  /** That of the first session; undefined: none was opened yet. */
  identity: DatabaseIdentity | undefined;
}

/** The context for work over several sessions, each of which is compared with the first one. */
export function inOneDatabase<Context extends ApplyContext>(context: Context): Context {
  return { ...context, database: context.database ?? { identity: undefined } };
}

/** undefined: the default. */
export type GivenContext = {
  readonly [Part in keyof ApplyContext]?: ApplyContext[Part] | undefined;
};

/**
 * A context for a program. Defaults: libpq's default database without any variable
 * (`localhost:5432/lenkwerk`), no variables, a signal that never aborts.
 */
export function applyContext(given: GivenContext = {}): ApplyContext {
  return {
    connection: given.connection ?? {},
    kv: given.kv,
    project: given.project,
    projectEnvironment: given.projectEnvironment,
    environment: given.environment ?? {},
    secretsDir: given.secretsDir,
    signal: given.signal ?? new AbortController().signal,
    endInOrder: given.endInOrder ?? (() => {}),
    version: given.version ?? toolVersion(),
    onStep: given.onStep ?? (() => {}),
    database: given.database,
    inputs: given.inputs ?? new Set(),
    stdin: given.stdin ?? (() => Readable.from([])),
  };
}

/** Throws `usage` for a URL of the command line that holds a password. */
export function requireNoPassword({
  connection,
  kv,
}: Pick<ApplyContext, 'connection' | 'kv'>): void {
  if (connection.url !== undefined && urlHasPassword(connection.url)) {
    throw passwordGiven('--db', 'PGPASSWORD or .pgpass');
  }
  if (kv !== undefined && /:\/\/[^/?#]*:[^/?#]*@/.test(kv.text)) {
    throw passwordGiven('--kv', STORE_PASSWORDS);
  }
}

function passwordGiven(flag: string, instead: string): LenkwerkError {
  return new LenkwerkError('usage', `the URL after ${flag} holds a password`, {
    hint: `every user of this machine can read command lines; use ${instead}`,
  });
}
