/** `verify --nodes-deep`: the rows of each node, read from its own database. */
import { openTrusted } from '../../database/owners.js';
import type { KeyValueStore, StoreSnapshot } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import type { AskedTarget } from '../../nodes/ask.js';
import type { NodeReport } from '../../nodes/judge.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import { type ConnectionSettings, connectionSettings } from '../../postgres/connection-settings.js';
import { urlHasPassword } from '../../postgres/libpq/url.js';
import { decodeCheckpoint } from '../../publishing/records/checkpoint.js';
import { KeySpace } from '../../publishing/records/key-space.js';
import { onAbort } from '../../runtime/async.js';
import { compareNode, type NodePosition, type PublishedState } from '../../verifying/node-rows.js';
import type { NodeRows } from '../../verifying/verdict.js';
import type { ApplyContext } from '../context/context.js';

/** Sessions with nodes at a time. */
const AT_ONCE = 8;
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;

type NodePlace = Pick<NodeReport, 'host' | 'port'>;

interface RowsWork {
  /** A URL of a database with `{host}` and `{port}`. */
  readonly template: string;
  readonly nodes: readonly NodePlace[];
  readonly targets: readonly AskedTarget[];
  readonly deadline: AbortSignal;
}

/**
 * Compares every node, some at a time. What keeps one from it is a part of its result; at the
 * deadline the others have that as theirs. Only defects are thrown.
 */
export async function compareNodes(
  context: ApplyContext,
  work: RowsWork,
): Promise<readonly NodeRows[]> {
  const published = new PublishedStates(work.targets);
  const waiting = [...work.nodes.entries()];
  const found: NodeRows[] = [];
  const compareNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, node] = next;
      found[at] = await compareOne(context, { ...work, node, published });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, compareNext));
  } finally {
    await published.close();
  }
  return found;
}

interface OneNode extends Pick<RowsWork, 'template' | 'deadline'> {
  readonly node: NodePlace;
  readonly published: PublishedStates;
}

async function compareOne(context: ApplyContext, one: OneNode): Promise<NodeRows> {
  const { template, deadline, published } = one;
  const { host, port } = one.node;
  const node = { host, port };
  const late = () => new LenkwerkError('inconclusive', 'the time was over before it was compared');
  try {
    if (deadline.aborted) throw late();
    const settings = nodeSettings(template, node, context.environment);
    const client = await openTrusted(settings, 'verify', 'reading');
    const dispose = onAbort(deadline, () => client.connection.stream.destroy(late()));
    try {
      const differences = await compareNode(client, (position) => published.at(position));
      return { ...node, differences, problem: undefined };
    } finally {
      dispose();
      await closeConnection(client);
    }
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    const { message } = deadline.aborted ? late() : error;
    return { ...node, differences: [], problem: message };
  }
}

/** Throws `usage` for a template that is no URL, lacks a place, or holds a password. */
export function requireTemplate(template: string): void {
  const example = 'like postgres://reader@{host}:{port}/bagger';
  if (!template.includes('{host}') || !template.includes('{port}')) {
    const message = '--nodes-deep needs a URL with {host} and {port}';
    throw new LenkwerkError('usage', message, { hint: example });
  }
  const { url } = filled(template, { host: 'h', port: 1 });
  if (!urlHasPassword(url)) return;
  throw new LenkwerkError('usage', 'the URL after --nodes-deep holds a password', {
    hint: `every user of this machine can read command lines; ${PASSWORD_HINT}`,
  });
}

const PASSWORD_HINT = 'add lines with the hosts to ~/.pgpass (mode 0600)';

/**
 * Who may record instances chooses the hosts, so they are treated as recorded ones: PGPASSWORD goes
 * to none, a line of the password file has to name the host, and no password is sent in plain text.
 */
function nodeSettings(
  template: string,
  node: NodePlace,
  environment: ApplyContext['environment'],
): ConnectionSettings {
  const { PGPASSWORD: _, PGHOSTADDR: __, PGSERVICE: ___, ...variables } = environment;
  const flags = { ...filled(template, node), answerTimeoutMs: ANSWER_TIMEOUT_MS };
  const settings = connectionSettings(flags, variables);
  const connectTimeoutMs = Math.min(settings.connectTimeoutMs, CONNECT_TIMEOUT_MS);
  return { ...settings, isRecorded: true, passwordHint: PASSWORD_HINT, connectTimeoutMs };
}

function filled(template: string, { host, port }: NodePlace) {
  const name = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  return { url: template.replaceAll('{host}', name).replaceAll('{port}', String(port)) };
}

/** The records at positions of the targets; nodes in step share one state. */
class PublishedStates {
  readonly #targets: ReadonlyMap<string, AskedTarget>;
  readonly #stores = new Map<string, Promise<KeyValueStore>>();
  readonly #states = new Map<string, Promise<PublishedState>>();

  constructor(targets: readonly AskedTarget[]) {
    this.#targets = new Map(targets.map((target) => [target.name, target]));
  }

  /** Throws `inconclusive` where the store does not have them any more, and what it throws. */
  async at(position: NodePosition): Promise<PublishedState> {
    const name = JSON.stringify([position.target, String(position.revision), position.writeId]);
    const known = this.#states.get(name);
    if (known !== undefined) return await known;
    const state = this.#read(position);
    this.#states.set(name, state);
    return await state;
  }

  async close(): Promise<void> {
    for (const connecting of this.#stores.values()) {
      const store = await connecting.catch(() => undefined);
      await store?.close();
    }
  }

  async #read({ target, revision, writeId }: NodePosition): Promise<PublishedState> {
    const found = this.#targets.get(target);
    if (found === undefined) {
      throw new LenkwerkError(
        'inconclusive',
        `it follows a target that is not configured: ${target}`,
      );
    }
    if ('problem' in found) throw found.problem;
    const keySpace = new KeySpace(found.settings.prefix);
    const key = keySpace.checkpointKey(target);
    const connecting = this.#stores.get(target) ?? found.settings.connect();
    this.#stores.set(target, connecting);
    const { records } = await readAt(await connecting, [...keySpace.recordPrefixes, key], revision);
    const checkpoint = records.find((record) => record.key === key);
    const mark = checkpoint && decodeCheckpoint(checkpoint.value);
    if (checkpoint?.modRevision === revision && mark?.writeId === writeId) {
      return { keySpace, records };
    }
    throw new LenkwerkError('inconclusive', 'what it shows is not in the history of its store');
  }
}

/** The newest state may be that of an older revision, whose history is compacted. */
async function readAt(
  store: KeyValueStore,
  prefixes: readonly string[],
  revision: bigint,
): Promise<StoreSnapshot> {
  try {
    return await store.readRange(prefixes, revision);
  } catch (error) {
    if (!(error instanceof LenkwerkError) || error.code !== 'inconclusive') throw error;
    return await store.readRange(prefixes);
  }
}
