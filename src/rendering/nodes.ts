/** What nodes acknowledge, for the reports of `status` and `verify`. */
import { formatLsn } from '../model/lsn.js';
import { countStates, type NodeReport, type NodesReport } from '../nodes/judge.js';
import { boundedNames, describeConflict, describeGroup, groupNodes } from '../nodes/words.js';

/** Records that nodes refuse may be many. */
const MAX_GROUPS = 12;

/**
 * A line with the count of those that are `well`, and one for each group of others; not printable
 * yet.
 */
export function nodesLines(
  { nodes, unregistered, conflicts, unread }: NodesReport,
  well: 'in step' | 'acknowledged it',
): readonly string[] {
  const groups = groupNodes(nodes);
  const rest = groups.length - MAX_GROUPS;
  return [
    `nodes: ${countStates(nodes).get('in-step')} of ${nodes.length} ${well}`,
    ...groups.slice(0, MAX_GROUPS).map((group) => `  ${describeGroup(group)}`),
    ...(rest > 0 ? [`  and ${rest} more kinds of trouble (--json has all)`] : []),
    ...(unregistered.length === 0
      ? []
      : [`  acknowledging without an instance: ${boundedNames(unregistered)}`]),
    ...conflicts.map((conflict) => `  ${describeConflict(conflict)}`),
    ...unread.map(({ target, reason }) => `  not read from ${target}: ${reason}`),
  ];
}

/** The part of a JSON document, by schema/nodes.schema.json. */
export function nodesDocument(report: NodesReport) {
  const { nodes, unregistered, conflicts, unread } = report;
  return {
    states: Object.fromEntries(countStates(nodes)),
    list: nodes.map(nodeDocument),
    unregistered,
    conflicts,
    unread,
  };
}

function nodeDocument({ host, port, name, state, target, acknowledgement, lag }: NodeReport) {
  const { applied, refusal, followerId, toolVersion } = acknowledgement ?? {};
  return {
    ...{ name, host, port, state, target: target ?? null },
    position:
      applied === undefined
        ? null
        : {
            lsn: formatLsn(applied.lsn),
            revision: String(applied.revision),
            appliedAt: applied.appliedAt,
          },
    lag: {
      bytes: lag?.bytes === undefined ? null : Number(lag.bytes),
      seconds: lag?.seconds ?? null,
    },
    refusal: refusal === undefined ? null : { key: refusal.key ?? null, reason: refusal.reason },
    followerId: followerId ?? null,
    toolVersion: toolVersion ?? null,
  };
}
