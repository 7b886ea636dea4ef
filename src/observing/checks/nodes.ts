/** Checks of the storage nodes: what they acknowledge, and who acknowledges. */
import { counted } from '../../model/text.js';
import type { FollowerConflict, NodesReport } from '../../nodes/judge.js';
import {
  boundedNames,
  describeConflict,
  describeGroup,
  groupNodes,
  type NodeGroup,
} from '../../nodes/words.js';
import { type Finding, fail, ok, warn } from '../finding.js';

const FOLLOW = 'is `lenkwerk follow` running there, and does it reach its store?';

/** Nothing where no node ever acknowledged anything: a cluster may have other followers. */
export function checkNodes(report: NodesReport): readonly Finding[] {
  const { nodes, unregistered, conflicts, unread, isUsed } = report;
  if (!isUsed) return [];
  const troubles = groupNodes(nodes).flatMap(checkGroup);
  const well = nodes.filter(({ state }) => state === 'in-step' || state === 'behind').length;
  return [
    ok('nodes', `${well} of ${counted(nodes.length, 'node')} follow what is published`),
    ...troubles,
    ...conflicts.map(checkConflict),
    ...(unregistered.length === 0 ? [] : [unknownNodes(unregistered)]),
    ...unread.map(({ target, reason }) => {
      const message = `what nodes acknowledge to ${target} was not read: ${reason}`;
      return warn('nodes.unread', message, 'may this login read the acknowledgements?');
    }),
  ];
}

function checkGroup(group: NodeGroup): readonly Finding[] {
  const { state } = group;
  const message = describeGroup(group);
  if (state === 'silent' || state === 'never') return [warn(`nodes.${state}`, message, FOLLOW)];
  if (state !== 'refused') return [];
  const fix = 'correct the record, or the tables of those nodes: they go on by themselves';
  return [fail('nodes.refused', message, fix)];
}

function checkConflict(conflict: FollowerConflict): Finding {
  const fix =
    conflict.kind === 'one-name'
      ? 'end one of them, or give each node its own --name; one that moved to another target left the old one behind'
      : 'in the copies: UPDATE lenkwerk.follower SET follower_id = DEFAULT, then start their followers again';
  return warn('nodes.conflict', describeConflict(conflict), fix);
}

function unknownNodes(names: readonly string[]): Finding {
  const count = counted(names.length, 'node acknowledges', 'nodes acknowledge');
  const message = `${count} without an instance: ${boundedNames(names)}`;
  const fix = 'was the instance removed, end its follower; else correct --name to host_port';
  return warn('nodes.unregistered', message, fix);
}
