/** The nodes of keys, and of what the driver keeps beside them. */
import { isAcknowledgement } from '../acknowledgements.js';
import type { ZookeeperSettings } from './settings.js';

/**
 * What the server refuses in names, `%` itself, and halves of characters beyond the first plane.
 * https://zookeeper.apache.org/doc/current/zookeeperProgrammers.html#ch_zkDataModel
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const REFUSED = /[%\u0000-\u001f\u007f-\u009f\ue000-\uf8ff\ufff0-\uffff\u{10000}-\u{10ffff}]/gu;
const EMPTY_PART = '%';
/** Of a key that does not begin with a slash. */
const NO_SLASH = '%.';
const FOLDER = 'Lenkwerk';
const JOURNAL = 'Journal';
/** The server's own nodes are below it. */
const SERVER_FOLDER = 'zookeeper';
const ENTRY_DIGITS = 10;

/** Puts keys below the chroot, each at a path of its own, apart from the journal. */
export class NodePaths {
  readonly chroot: string;
  /** The node of the journal; its entries are below it. */
  readonly journal: string;

  constructor({ chroot, prefix }: Pick<ZookeeperSettings, 'chroot' | 'prefix'>) {
    this.chroot = chroot;
    this.journal = `${this.ofKey(`${prefix}/${FOLDER}`)}/${JOURNAL}`;
  }

  ofKey(key: string): string {
    const hasSlash = key.startsWith('/');
    const parts = (hasSlash ? key.slice(1) : key).split('/');
    const names = parts.map((part, index) => nameOf(part, index === 0 ? '' : parts[index - 1]));
    if (!hasSlash) names[0] = `${NO_SLASH}${names[0] === EMPTY_PART ? '' : names[0]}`;
    return `${this.chroot}/${names.join('/')}`;
  }

  ofEntry(number: number): string {
    return `${this.journal}/${String(number).padStart(ENTRY_DIGITS, '0')}`;
  }

  /** The node that the children of the root are below; never empty. */
  get root(): string {
    return this.chroot === '' ? '/' : this.chroot;
  }

  /** The key of a record; undefined: the node is the server's, a journal's or a report's. */
  recordKeyOf(path: string): string | undefined {
    const key = this.keyOf(path);
    return key === undefined || isAcknowledgement(`${key}/`) ? undefined : key;
  }

  /** The key of a node; undefined: it is none, but the server's or a journal's. */
  keyOf(path: string): string | undefined {
    const names = path.slice(this.chroot.length + 1).split('/');
    const isServers = this.chroot === '' && names[0] === SERVER_FOLDER;
    const isJournal = names.some((name, i) => name === JOURNAL && names[i - 1] === FOLDER);
    if (isServers || isJournal) return undefined;
    const [first = ''] = names;
    if (!first.startsWith(NO_SLASH)) return `/${names.map(partOf).join('/')}`;
    return [first.slice(NO_SLASH.length), ...names.slice(1)].map(partOf).join('/');
  }
}

/** `before`: the part before this one; empty: it is the first. */
function nameOf(part: string, before: string | undefined): string {
  if (part === '') return EMPTY_PART;
  const isReserved = before === '' ? part === SERVER_FOLDER : before === FOLDER && part === JOURNAL;
  if (isReserved || part === '.' || part === '..') {
    return `${encoded(part.charAt(0))}${part.slice(1).replaceAll('.', '%2E')}`;
  }
  return part.replaceAll(REFUSED, encoded);
}

function encoded(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** A name of another program stays as it is where nothing in it is encoded. */
function partOf(name: string): string {
  if (name === EMPTY_PART) return '';
  return name.replaceAll(/(?:%[0-9A-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}

/** The nodes above a node below the root, from the top. */
export function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
    parents.push(path.slice(0, end));
  }
  return parents;
}

/** The node above; the root is above those at the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
