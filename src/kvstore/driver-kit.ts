/** The parts of a driver. README.md beside this file is the guide to writing one. */
import { CommitTooLarge, LenkwerkError } from '../model/errors.js';
import type { JsonObject } from '../model/json.js';
import { pathsOf, type RecordedLogin, readSecretFile, type SecretFile } from './recorded-login.js';
import type { StoreSettings, StoreUrl, Variables } from './settings.js';
import type {
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoreGuarantees,
  StoreLimits,
} from './store.js';

/** The largest commit and the largest value in it, in bytes. */
export type KindLimits = Pick<StoreLimits, 'maxBytes'> & { readonly maxValueBytes: number };

/** Properties of a driver that need no connection. */
interface DriverFacts {
  /** The value of `kvstore_type`. */
  readonly type: string;
  /** The schemes of its URLs, without `://`. */
  readonly schemes: readonly string[];
  /** For `--help` and hints. */
  readonly exampleUrl: string;
  /** Where a password belongs, since it is refused in the URL of a command line. */
  readonly passwordPlace: string;
  /** What every server of the kind accepts; `KeyValueStore.limits` has those of one server. */
  readonly limits: KindLimits;
  readonly guarantees: StoreGuarantees;
}

/**
 * Variables that the tools of a kind of store share. A driver reads none by itself: it gets those
 * that may count for the store at hand.
 */
interface DriverVariables {
  /** Login and certificates: they count for a store that a flag or a variable names. */
  readonly login: readonly string[];
  /** They name a file that assigns passwords to hosts: they count for every store. */
  readonly byHost: readonly string[];
}

/** A variable of the environment that names a store. */
export interface EnvironmentSource<Settings> {
  readonly placeVariable: string;
  /** Called only where the variable is set; the caller supplies the prefix. Throws `usage`. */
  readonly read: (variables: Variables, prefix: string) => Settings;
}

/** Where settings come from. Nothing here touches the network, a file or a client library. */
interface SettingsReader<Settings> {
  readonly variables: DriverVariables;
  /** Reads a URL of the driver's own schemes. Throws `usage`, never showing the URL. */
  readonly fromUrl: (url: StoreUrl, variables: Variables) => Settings;
  /** Reads the fields of `kvstore_config`; the login is read already. Throws `usage`. */
  readonly fromConfig: (config: JsonObject, access: RecordedAccess) => Settings;
  /** undefined: no variable names a store of this kind. */
  readonly fromEnvironment: EnvironmentSource<Settings> | undefined;
}

/** How to log in at a store that the database records. */
export interface RecordedAccess {
  readonly login: RecordedLogin;
  /** The driver's `byHost`. */
  readonly variables: Variables;
}

/** What a driver's folder defines; `Settings` is the driver's own form of settings. */
interface DriverEntry<Settings extends { readonly prefix: string }>
  extends DriverFacts,
    SettingsReader<Settings> {
  /** StoreSettings.description. */
  readonly describe: (settings: Settings) => string;
  /** StoreSettings.places. */
  readonly places: (settings: Settings) => readonly string[];
  /** StoreSettings.files, less the `passwordFile` of a config. */
  readonly files: (settings: Settings) => readonly string[];
  /** The settings with the password of a file, which is read at each connect. */
  readonly withPassword: (settings: Settings, password: string) => Settings;
  /** Imports the client library, and returns the implementation of StoreSettings.connect. */
  readonly load: () => Promise<(settings: Settings) => Promise<KeyValueStore>>;
}

/** A driver as the rest of the program uses it. */
export type StoreDriver = DriverFacts & SettingsReader<StoreSettings>;

/** Takes a driver's entry and returns the driver, which hides the form of its settings. */
export function defineDriver<Settings extends { readonly prefix: string }>(
  entry: DriverEntry<Settings>,
): StoreDriver {
  const { type, schemes, exampleUrl, passwordPlace, limits, guarantees } = entry;
  const { variables, fromEnvironment } = entry;
  const settingsOf = (settings: Settings, file?: SecretFile) =>
    new DriverSettings(entry, settings, file);
  return {
    ...{ type, schemes, exampleUrl, passwordPlace, limits, guarantees, variables },
    fromUrl: (url, given) => settingsOf(entry.fromUrl(url, given)),
    fromConfig: (config, access) =>
      settingsOf(entry.fromConfig(config, access), access.login.passwordFile),
    fromEnvironment: fromEnvironment && {
      placeVariable: fromEnvironment.placeVariable,
      read: (given, prefix) => settingsOf(fromEnvironment.read(given, prefix)),
    },
  };
}

/** Public data, not private fields: they are compared to detect that a target has moved. */
class DriverSettings<Settings extends { readonly prefix: string }> implements StoreSettings {
  readonly entry: DriverEntry<Settings>;
  readonly settings: Settings;
  readonly passwordFile: SecretFile | undefined;

  constructor(
    entry: DriverEntry<Settings>,
    settings: Settings,
    passwordFile: SecretFile | undefined,
  ) {
    this.entry = entry;
    this.settings = settings;
    this.passwordFile = passwordFile;
  }

  get type(): string {
    return this.entry.type;
  }

  get guarantees(): StoreGuarantees {
    return this.entry.guarantees;
  }

  get prefix(): string {
    return this.settings.prefix;
  }

  get description(): string {
    return this.entry.describe(this.settings);
  }

  get places(): readonly string[] {
    return this.entry.places(this.settings);
  }

  get files(): readonly string[] {
    return [...this.entry.files(this.settings), ...pathsOf(this.passwordFile)];
  }

  async connect(): Promise<KeyValueStore> {
    const connect = await this.entry.load();
    if (this.passwordFile === undefined) return connect(this.settings);
    const password = await readSecretFile(this.passwordFile);
    return connect(this.entry.withPassword(this.settings, password));
  }
}

/**
 * Throws CommitTooLarge for a commit beyond the limits. Drivers call it before they send one of
 * several changes, since a server's answer to too large a request may look like a lack of space.
 */
export function checkCommitSize(commit: GuardedCommit, limits: StoreLimits): void {
  const changes = commit.puts.size + commit.deletes.size;
  const bytes = commitBytes(commit);
  for (const [size, limit, unit] of [
    [changes, limits.maxChanges, 'changes'],
    [bytes, limits.maxBytes, 'bytes'],
  ] as const) {
    if (size <= limit) continue;
    throw new CommitTooLarge(`a commit of ${size} ${unit}; the store takes ${limit}`);
  }
}

/** What a commit does to each key. Throws `store-rejected` for one that changes a key twice. */
export function changesOf(commit: GuardedCommit): ReadonlyMap<string, string | undefined> {
  const { puts, deletes, guard } = commit;
  const changes: [string, string | undefined][] = [...puts, [guard.key, guard.value]];
  for (const key of deletes) changes.push([key, undefined]);
  const byKey = new Map(changes);
  if (byKey.size === changes.length) return byKey;
  throw new LenkwerkError('store-rejected', 'a commit that changes a key twice');
}

/** Keys and values of a commit together, its guard included, in bytes. */
export function commitBytes(commit: GuardedCommit): number {
  let bytes = Buffer.byteLength(commit.guard.key) * 2 + Buffer.byteLength(commit.guard.value);
  for (const key of commit.deletes) bytes += Buffer.byteLength(key);
  for (const [key, value] of commit.puts) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}

/** What a listing throws that cannot show a revision; it may succeed for another one. */
export function inconclusive(message: string, cause?: Error): LenkwerkError {
  return new LenkwerkError('inconclusive', message, { cause, retryable: true });
}

/** A revision that is pruned, compacted or trimmed, or that the store has not reached. */
export function revisionGone(revision: Revision, cause?: Error): LenkwerkError {
  return inconclusive(
    `the store cannot show revision ${revision}: its history has none of it, or it is to come`,
    cause,
  );
}

/** The keys that start with a prefix, as a range of bytes. */
interface PrefixBounds {
  /** The first key. */
  readonly start: Buffer;
  /** The first key after the range. */
  readonly end: Buffer;
}

/** The range of all keys that start with `prefix`; an empty prefix means every key. */
export function prefixBounds(prefix: string): PrefixBounds {
  const start = Buffer.from(prefix);
  // UTF-8 has no byte 0xff, so it is after every text, and adding one to the last never carries.
  if (start.length === 0) return { start, end: Buffer.from([0xff]) };
  const end = Buffer.from(start);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return { start, end };
}

/** Half of a character beyond the first plane: only with these the two orders differ. */
const SURROGATE = /[\ud800-\udfff]/;

/** In the order of the texts' bytes in UTF-8, which is not that of JavaScript's strings. */
export function sortedByBytes<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
): readonly Item[] {
  const texts = items.map((item) => ({ item, text: textOf(item) }));
  // Comparing bytes takes five times as long: half of the time of a long listing.
  if (texts.some(({ text }) => SURROGATE.test(text))) {
    const encoded = texts.map(({ item, text }) => ({ item, bytes: Buffer.from(text) }));
    return encoded.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ item }) => item);
  }
  return texts
    .sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ item }) => item);
}
