// Generated from schema/project.schema.json by `npm run generate`. Do not edit.
/**
 * Files and folders of manifests, read where a command names none.
 *
 * @minItems 1
 *
 * Items: A file or a folder, relative to this file.
 */
export type Paths = string[];
/**
 * The key-value store of the target `default`: its URL without a password, or the URL and the variables of its login.
 */
export type Store =
  | string
  | {
      /**
       * As --kv takes it, without a password.
       */
      url: string;
      /**
       * LENKWERK_STORE_USER, or LENKWERK_STORE_*_USER.
       */
      userEnv?: string;
      /**
       * A variable LENKWERK_STORE_*.
       */
      passwordEnv?: string;
    };

/**
 * The file lenkwerk.yaml: which manifests belong to which cluster, where its database and its store are, and what may be done there. It is found upwards from the current folder. Paths are relative to it.
 */
export interface ProjectManifest {
  /**
   * The version of this format.
   */
  apiVersion: 'lenkwerk/v1';
  /**
   * The kind of document.
   */
  kind: 'Project';
  paths?: Paths;
  environments?: Environments;
  /**
   * The environment that holds where none is chosen.
   */
  'default-environment'?: string;
}
/**
 * The clusters of this repository by name (up to 40 small letters, digits, _ and -); --env or LENKWERK_ENV chooses one.
 */
export interface Environments {
  [k: string]: Environment;
}
/**
 * One cluster.
 */
export interface Environment {
  /**
   * The cluster's uuid, which `lenkwerk status` prints, or the name of its database. Another database is refused.
   */
  cluster?: string;
  paths?: Paths;
  database?: Database;
  store?: Store;
  /**
   * Dangers that need no --allow here. store:redirect, node:command and expression:unvetted are allowed on the command line only.
   *
   * Items: The name of a danger.
   */
  allow?: (
    | 'delete:instance'
    | 'delete:config'
    | 'expire:dimension'
    | 'expire:index'
    | 'reorder:dimension'
    | 'copies:offline'
    | 'copies:same-host'
    | 'servermap:drops-data'
    | 'deletes:many'
  )[];
  review?: Review;
}
/**
 * The Lenkwerk database, by libpq's names; never a password.
 */
export interface Database {
  /**
   * The name of a service in the service file of the user who runs the command. Beside it stand no more than user and database.
   */
  service?: string;
  /**
   * The server, or the folder of its socket; several with commas between them.
   */
  host?: string;
  /**
   * Its address, which is not looked up then; one for each host.
   */
  hostaddr?: string;
  /**
   * TCP port of the server: one for all hosts, or a text with one for each.
   */
  port?: number | string;
  /**
   * The database user.
   */
  user?: string;
  /**
   * The name of the database.
   */
  database?: string;
  /**
   * Whether TLS is needed and what is checked.
   */
  sslmode?: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /**
   * The file of the authority, or `system`.
   */
  sslrootcert?: string;
  /**
   * Its file.
   */
  sslcert?: string;
  /**
   * Its file.
   */
  sslkey?: string;
  /**
   * What a server of several has to be; read-write where it is not given.
   */
  target_session_attrs?:
    'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';
  /**
   * random: the hosts are tried in a random order.
   */
  load_balance_hosts?: 'disable' | 'random';
  /**
   * Seconds to wait for a connection, for each address that is tried.
   */
  connect_timeout?: number;
}
/**
 * What an apply needs here.
 */
export interface Review {
  /**
   * true: only a plan that was saved with --out is applied.
   */
  'require-plan-file'?: boolean;
}
