/** The writes to nodes of one transaction. */
import { parentOf, parentsOf } from '../paths.js';
import {
  type AclEntry,
  ANY_VERSION,
  create,
  deleteNode,
  type Node,
  type Request,
  setData,
} from '../protocol/requests.js';

/** What becomes of one node. */
export interface NodeChange {
  readonly path: string;
  /** As it was read; undefined: it did not exist. */
  readonly node: Node | undefined;
  /** undefined: it holds no record afterwards. */
  readonly data: Buffer | undefined;
}

/** The nodes that these changes need above what they create. */
export function neededParents(changes: readonly NodeChange[]): readonly string[] {
  const created = changes.filter(({ node, data }) => node === undefined && data !== undefined);
  const own = new Set(created.map(({ path }) => path));
  const parents = new Set(created.flatMap(({ path }) => parentsOf(path)));
  return [...parents].filter((path) => !own.has(path));
}

interface OtherWrites {
  /** Parents that do not exist. */
  readonly missing: readonly string[];
  /** Nodes to delete besides, which have no children. */
  readonly outdated: readonly string[];
  readonly acl: readonly AclEntry[];
}

/**
 * The writes in an order in which parents exist before their children, and go after them. Each
 * fails where its node has changed. A node that keeps children keeps no data instead of going.
 */
export function nodeWrites(
  changes: readonly NodeChange[],
  { missing, outdated, acl }: OtherWrites,
): readonly Request<void>[] {
  const created = [...missing.map((path) => ({ path, data: undefined }))];
  const creates: { readonly path: string; readonly data: Buffer | undefined }[] = created;
  const sets: Request<void>[] = [];
  const removed: { readonly path: string; readonly node: Node }[] = [];
  for (const { path, node, data } of changes) {
    if (node === undefined && data !== undefined) creates.push({ path, data });
    else if (node !== undefined && data === undefined) removed.push({ path, node });
    else if (node !== undefined) sets.push(setData({ path, version: node.stat.version }, data));
  }
  // What is above another node has the shorter path.
  creates.sort((a, b) => a.path.length - b.path.length);
  removed.sort((a, b) => b.path.length - a.path.length);
  const added = new Map<string, number>();
  const addChild = (path: string, count: number) =>
    added.set(parentOf(path), (added.get(parentOf(path)) ?? 0) + count);
  for (const { path } of creates) addChild(path, 1);
  const removals = removed.map(({ path, node: { stat } }) => {
    const place = { path, version: stat.version };
    if (stat.children + (added.get(path) ?? 0) > 0) return setData(place, undefined);
    addChild(path, -1);
    return deleteNode(place);
  });
  return [
    ...sets,
    ...creates.map((node) => create({ ...node, acl })),
    ...removals,
    ...outdated.map((path) => deleteNode({ path, version: ANY_VERSION })),
  ];
}
