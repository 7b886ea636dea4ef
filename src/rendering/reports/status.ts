/** The report of `lenkwerk status`, as text and as JSON. */
import { formatLsn } from '../../model/lsn.js';
import { escapeJson, printable, sizeText } from '../../model/text.js';
import { describeGuarantees } from '../../observing/guarantees.js';
import type { StatusReport, TargetReport } from '../../observing/status.js';
import { nodesDocument, nodesLines } from '../nodes.js';

const UNKNOWN = 'unknown';

/** A block per target; troubles at the end, which a terminal shows last. */
export function statusText(report: StatusReport): string {
  const { clusterId, server, targets, strandedSlots, nodes, lastApply, troubles } = report;
  const role = server.standby ? 'standby' : 'primary';
  const lines = [
    `database: PostgreSQL ${server.version}, ${role}, log at ${formatLsn(server.walLsn)}`,
    `cluster: ${clusterId ?? UNKNOWN}`,
    `last apply: ${applyText(lastApply)}`,
    ...targets.flatMap(targetLines),
    ...(nodes.isUsed ? nodesLines(nodes, 'in step') : ['nodes: none acknowledges anything']),
    ...strandedSlots.map(
      ({ name, keptBytes }) => `stranded slot ${name}: keeps ${bytes(keptBytes)}`,
    ),
    troubles.length === 0 ? 'no trouble' : 'trouble:',
    ...troubles.map((trouble) => `  - ${trouble}`),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function applyText(apply: StatusReport['lastApply']): string {
  if (apply === undefined) return 'none';
  if (apply === 'hidden') return 'hidden from this role';
  const { id, appliedAt, databaseUser, author, gitCommit } = apply;
  const by = author === null ? databaseUser : `${author} (${databaseUser})`;
  return `${id} at ${appliedAt} by ${by}${gitCommit === null ? '' : `, commit ${gitCommit}`}`;
}

function targetLines(target: TargetReport): readonly string[] {
  const { name, store, guarantees, checkpoint, slot } = target;
  const { lagBytes, lagSeconds, ageSeconds } = target;
  const delay =
    lagSeconds === undefined && slot?.active === true
      ? 'no delay measured recently'
      : seconds(lagSeconds);
  return [
    `target ${name}: ${store ?? 'no usable settings'}`,
    ...(guarantees === undefined ? [] : [`  ${describeGuarantees(guarantees)}`]),
    `  published: ${checkpoint === undefined ? 'nothing known' : checkpointText(checkpoint)}`,
    `  newest transaction published: ${ageSeconds === undefined ? UNKNOWN : `${seconds(ageSeconds)} old`}`,
    `  lag: ${bytes(lagBytes)} of the log, ${delay}`,
    `  slot ${slotText(target)}`,
    `  active: ${readerText(target)}`,
  ];
}

function checkpointText(checkpoint: NonNullable<TargetReport['checkpoint']>): string {
  const { phase, lsn, part } = checkpoint;
  return `up to ${formatLsn(lsn)}, phase ${phase}${part === undefined ? '' : `, part ${part}`}`;
}

function slotText({ slotName, slot }: TargetReport): string {
  if (slot === undefined) return `${slotName}: missing`;
  return `${slotName}: WAL ${slot.walStatus ?? UNKNOWN}, keeps ${bytes(slot.keptBytes)}`;
}

function readerText({ slot }: TargetReport): string {
  const reader = slot?.reader;
  if (reader === undefined) return 'nobody';
  const { pid, user, application, address } = reader;
  if (application === undefined && user === undefined) {
    return `pid ${pid} (roles with pg_read_all_stats see its user)`;
  }
  const from = address === undefined ? '' : ` from ${address}`;
  return `pid ${pid}, ${application ?? 'unnamed'}, user ${user ?? UNKNOWN}${from}`;
}

function bytes(count: bigint | number | undefined): string {
  return count === undefined ? UNKNOWN : sizeText(count);
}

function seconds(count: number | undefined): string {
  return count === undefined ? `${UNKNOWN} s` : `${count.toFixed(count < 10 ? 3 : 0)} s`;
}

/** One document; positions are texts, as their digits do not fit into numbers everywhere. */
export function statusJson(report: StatusReport): string {
  const { clusterId, server, targets, strandedSlots, nodes, lastApply, troubles } = report;
  const document = {
    clusterId: clusterId ?? null,
    server: {
      version: server.version,
      standby: server.standby,
      systemId: server.systemId,
      lsn: formatLsn(server.walLsn),
      now: server.now.toISOString(),
    },
    targets: targets.map(targetDocument),
    strandedSlots: strandedSlots.map(slotDocument),
    nodes: nodesDocument(nodes),
    lastApply: applyDocument(lastApply),
    troubles,
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

/** null: none; `hidden`: this role may not see it. */
function applyDocument(apply: StatusReport['lastApply']) {
  if (apply === undefined || apply === 'hidden') return apply ?? null;
  return { ...apply, id: apply.id.toString() };
}

function targetDocument(target: TargetReport) {
  const { name, store, guarantees, slotName, slot, checkpoint } = target;
  const { lagBytes, lagSeconds, ageSeconds } = target;
  return {
    target: name,
    store: store ?? null,
    guarantees: guarantees ?? null,
    checkpoint:
      checkpoint === undefined
        ? null
        : {
            phase: checkpoint.phase,
            lsn: formatLsn(checkpoint.lsn),
            committedAt: checkpoint.committedAt ?? null,
            ageSeconds: ageSeconds ?? null,
            part: checkpoint.part ?? null,
          },
    lag: { bytes: lagBytes === undefined ? null : Number(lagBytes), seconds: lagSeconds ?? null },
    slot: slot === undefined ? { name: slotName, exists: false } : slotDocument(slot),
    troubles: target.troubles,
  };
}

function slotDocument({
  name,
  active,
  walStatus,
  keptBytes,
  reader,
}: StatusReport['strandedSlots'][number]) {
  return {
    name,
    exists: true,
    active,
    walStatus: walStatus ?? null,
    keptBytes: keptBytes ?? null,
    reader:
      reader === undefined
        ? null
        : {
            pid: reader.pid,
            user: reader.user ?? null,
            application: reader.application ?? null,
            address: reader.address ?? null,
          },
  };
}
