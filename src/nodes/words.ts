/** The states of nodes in sentences, with the names folded. Not safe to print yet. */
import { foldNames } from '../model/names.js';
import { compareText, counted, sizeText } from '../model/text.js';
import type { NodeRefusal } from '../publishing/records/acknowledgement.js';
import {
  type FollowerConflict,
  NODE_STATES,
  type NodeReport,
  type NodeState,
  type NodesReport,
} from './judge.js';

/** Nodes in one state, those that refuse by the record. */
export interface NodeGroup {
  readonly state: NodeState;
  /** The refused key, and why the first of them refuses it; undefined in other states. */
  readonly refusal: string | undefined;
  readonly nodes: readonly NodeReport[];
}

/** Names of nodes in one sentence. */
const MAX_NAMES = 20;

/** Those that are not in step, in the order of NODE_STATES. */
export function groupNodes(nodes: readonly NodeReport[]): readonly NodeGroup[] {
  const groups = new Map<string, NodeGroup & { readonly nodes: NodeReport[] }>();
  const order = Object.keys(NODE_STATES);
  for (const node of nodes) {
    const { state, acknowledgement } = node;
    if (state === 'in-step') continue;
    const refused = state === 'refused' ? acknowledgement?.refusal : undefined;
    const key = `${order.indexOf(state)} ${refused?.key ?? ''}`;
    const group = groups.get(key) ?? { state, refusal: refused && refusalText(refused), nodes: [] };
    group.nodes.push(node);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}

function refusalText({ key = 'what is published', reason }: NodeRefusal): string {
  return reason === '' ? key : `${key} (${reason})`;
}

/** `2 nodes silent, behind by up to 1.0 KiB of the log and 3 s: storage-[01-02]:5432`. */
export function describeGroup(group: NodeGroup): string {
  const { state, refusal, nodes } = group;
  const count = counted(nodes.length, 'node');
  const what = refusal === undefined ? NODE_STATES[state].words : `refused ${refusal}`;
  return `${count} ${what}${lagText(nodes)}: ${nodeNames(nodes)}`;
}

/** The largest of their lags; empty where none is known. */
function lagText(nodes: readonly NodeReport[]): string {
  const lags = nodes.flatMap(({ lag }) => lag ?? []);
  const bytes = lags.flatMap((lag) => lag.bytes ?? []);
  const seconds = lags.flatMap((lag) => lag.seconds ?? []);
  if (bytes.length === 0) return '';
  const most = Math.max(...bytes.map(Number));
  const age = seconds.length === 0 ? '' : ` and ${Math.round(Math.max(...seconds))} s`;
  const verb = nodes.every(({ state }) => state === 'behind') ? ' by' : ', behind by';
  return `${verb} ${nodes.length > 1 ? 'up to ' : ''}${sizeText(most)} of the log${age}`;
}

/** `storage-[01-12]:5432, other:5432 and 3 more`. */
function nodeNames(nodes: readonly Pick<NodeReport, 'host' | 'port'>[]): string {
  return boundedNames(nodes.map(({ host, port }) => `${host}:${port}`));
}

/** The names folded, and the number of those beyond the first twenty. */
export function boundedNames(names: readonly string[]): string {
  const folded = foldNames(names);
  const rest = folded.length - MAX_NAMES;
  const shown = folded.slice(0, MAX_NAMES).join(', ');
  return rest > 0 ? `${shown} and ${rest} more (--json has all)` : shown;
}

/** Every group in one clause; empty where all nodes are in step. */
export function describeLate({ nodes }: NodesReport): string {
  return groupNodes(nodes).map(describeGroup).join('; ');
}

/** Followers that get in each other's way. */
export function describeConflict({ kind, names }: FollowerConflict): string {
  return kind === 'one-name'
    ? `two followers use the name ${boundedNames(names)}`
    : `copies of one database acknowledge under several names: ${boundedNames(names)}`;
}
