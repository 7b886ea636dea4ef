/** The metrics of the replication slots, as the server sees them. */
import { Gauge, type Registry } from 'prom-client';
import type { SlotActivity } from '../../postgres/slots.js';
import { type Fill, type MetricsSample, perTarget } from './sample.js';

/** https://www.postgresql.org/docs/current/view-pg-replication-slots.html */
const WAL_STATUS = ['reserved', 'extended', 'unreserved', 'lost'] as const;

/** The state of the slots on the server, for each target. */
export function slotMetrics(registry: Registry): readonly Fill[] {
  const kept = perTarget(
    registry,
    'slot_kept_wal_bytes',
    'WAL that the server keeps for the slot.',
  );
  const lag = perTarget(
    registry,
    'lag_bytes',
    'WAL written and not confirmed as published, other tables included.',
  );
  const active = perTarget(registry, 'slot_active', '1 when any agent reads the slot.');
  const fill =
    (set: typeof kept, value: (slot: SlotActivity) => number | undefined): Fill =>
    (sample) => {
      const found = new Map(slotsOf(sample).map(({ target, slot }) => [target, slot]));
      set(sample.targets, ({ target }) => {
        const slot = found.get(target);
        return slot === undefined ? undefined : value(slot);
      });
    };
  const safe = new Gauge({
    name: 'lenkwerk_slot_safe_wal_bytes',
    help: 'WAL that may be written until the slot loses what it needs; absent: there is no limit.',
    labelNames: ['target'],
    registers: [registry],
  });
  const status = new Gauge({
    name: 'lenkwerk_slot_wal_status',
    help: '1 for the state of the WAL that the slot needs, 0 for the others.',
    labelNames: ['target', 'status'],
    registers: [registry],
  });
  return [
    (sample) => {
      safe.reset();
      status.reset();
      for (const { target, slot } of slotsOf(sample)) {
        if (slot.safeBytes !== undefined) safe.set({ target }, slot.safeBytes);
        for (const one of WAL_STATUS) {
          status.set({ target, status: one }, slot.walStatus === one ? 1 : 0);
        }
      }
    },
    fill(kept, ({ keptBytes }) => keptBytes),
    fill(lag, ({ behindBytes }) => behindBytes),
    fill(active, (slot) => (slot.active ? 1 : 0)),
  ];
}

/** Those that the server has. */
function slotsOf({ targets, slots = [] }: MetricsSample) {
  return targets.flatMap(({ target, slot: wanted }) => {
    const slot = slots.find(({ name }) => name === wanted);
    return slot === undefined ? [] : [{ target, slot }];
  });
}
