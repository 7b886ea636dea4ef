import {
  type DesiredInstance,
  INSTANCE_STATUSES,
  type InstanceStatus,
  type RecordedInstance,
} from '../../model/resources.js';
import type { InstanceAttributes, InstanceChange } from '../change.js';

export interface InstancesPlan {
  readonly changes: readonly InstanceChange[];
  /** Every instance as it will be recorded; an id where it is known already. */
  readonly after: readonly InstanceAttributes[];
}

const STATUS_OF_NEW_INSTANCE: InstanceStatus = 'offline';

export function instanceName(instance: { readonly host: string; readonly port: number }): string {
  return `${instance.host}:${instance.port}`;
}

/** What an instance looks like in a plan. */
export function instanceAttributes(recorded: RecordedInstance): InstanceAttributes {
  const { id, host, port, username, status } = recorded;
  return { id, host, port, username, status: INSTANCE_STATUSES[status] ?? STATUS_OF_NEW_INSTANCE };
}

export function planInstances(
  desired: readonly DesiredInstance[] | undefined,
  recorded: readonly RecordedInstance[],
): InstancesPlan {
  const present = recorded.map(instanceAttributes);
  if (desired === undefined) return { changes: [], after: present };
  const remaining = new Map(present.map((instance) => [instanceName(instance), instance]));
  const changes: InstanceChange[] = [];
  const after: InstanceAttributes[] = [];
  for (const wanted of desired) {
    const name = instanceName(wanted);
    const before = remaining.get(name);
    remaining.delete(name);
    const change = before === undefined ? creation(wanted) : update(before, wanted);
    if (change !== undefined) changes.push(change);
    after.push(change?.after ?? before ?? newInstance(wanted));
  }
  for (const before of remaining.values()) changes.push(deletion(before));
  return { changes, after };
}

function newInstance(wanted: DesiredInstance): InstanceAttributes {
  const { host, port, username, status } = wanted;
  return { host, port, username, status: status ?? STATUS_OF_NEW_INSTANCE };
}

function creation(wanted: DesiredInstance): InstanceChange {
  return {
    kind: 'instance',
    address: `instance/${instanceName(wanted)}`,
    action: 'create',
    before: null,
    after: newInstance(wanted),
    reason: 'not registered yet',
    source: wanted.source,
    dangers: [],
  };
}

function update(before: InstanceAttributes, wanted: DesiredInstance): InstanceChange | undefined {
  const status = wanted.status ?? before.status;
  if (before.username === wanted.username && before.status === status) return undefined;
  const after = { ...before, username: wanted.username, status };
  return {
    kind: 'instance',
    address: `instance/${instanceName(before)}`,
    action: 'update',
    before,
    after,
    reason: before.status === status ? 'the user name differs' : 'the status differs',
    source: wanted.source,
    dangers: [],
  };
}

function deletion(before: InstanceAttributes): InstanceChange {
  return {
    kind: 'instance',
    address: `instance/${instanceName(before)}`,
    action: 'delete',
    before,
    after: null,
    reason: 'no manifest names it',
    source: null,
    dangers: ['delete:instance'],
  };
}
