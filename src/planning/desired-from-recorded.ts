/** The recorded state as a desired one, whose plan is empty. */
import { SECTIONS } from '../model/kinds.js';
import { type DesiredState, NOTHING_MANAGED, type RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { PLANNERS } from './kinds/registry.js';
import { managedPart } from './kinds/unmanaged.js';
import { periodRules, readClusterSettings } from './periods.js';

interface Conversion {
  /** The database's clock in UTC. */
  readonly now: Timestamp;
  /** The addresses of what no manifest is to list. */
  readonly unmanaged: readonly string[];
}

/**
 * The desired state whose plan against `recorded` is empty while the present rows stay present:
 * history is left out, and the status of every instance is included. Throws `invalid-input` for
 * JSON that nests too deep to be written again.
 */
export function desiredFromRecorded(
  recorded: RecordedState,
  { now, unmanaged }: Conversion,
): DesiredState {
  const rules = periodRules(readClusterSettings(NOTHING_MANAGED, recorded.config), now);
  const managed = managedPart(recorded, unmanaged);
  let desired: DesiredState = { ...NOTHING_MANAGED, cluster: recorded.database, unmanaged };
  for (const section of SECTIONS) {
    // The ring has all instances.
    const rows = section === 'servermap' ? { ...managed, instances: recorded.instances } : managed;
    desired = { ...desired, ...PLANNERS[section].fromRecorded(rows, rules) };
  }
  return desired;
}
