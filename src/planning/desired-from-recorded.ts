/** The recorded state as a desired one, whose plan is empty. */
import { SECTIONS } from '../model/kinds.js';
import { type DesiredState, NOTHING_MANAGED, type RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import { PLANNERS } from './kinds/registry.js';
import { periodRules, readClusterSettings } from './periods.js';

/**
 * The desired state whose plan against `recorded` is empty while the present rows stay present:
 * history is left out, and the status of every instance is included. `now` is the database's clock
 * in UTC. Throws `invalid-input` for JSON that nests too deep to be written again.
 */
export function desiredFromRecorded(recorded: RecordedState, now: Timestamp): DesiredState {
  const rules = periodRules(readClusterSettings(undefined, recorded.config), now);
  let desired: DesiredState = { ...NOTHING_MANAGED, cluster: recorded.database };
  for (const section of SECTIONS) {
    desired = { ...desired, ...PLANNERS[section].fromRecorded(recorded, rules) };
  }
  return desired;
}
