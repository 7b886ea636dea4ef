/** What a run has to have come across: a fault that never happens finds nothing. */
import type { ResyncReason } from '../../src/publishing/records/condition-words.js';
import type { Outcome } from './run.js';
import { STEP_KINDS } from './scenario.js';
import { MOMENTS } from './world/surroundings.js';

/** Reasons for a resync that scenarios bring about. */
const REASONS: readonly ResyncReason['kind'][] = [
  'none',
  'damaged',
  'no-slot',
  'lost-wal',
  'unfinished-resync',
  'other-history',
  'witness-missing',
  'confirmed-beyond',
  'ahead-of-server',
  'other-timeline',
  'publication-changed',
  'slot-unusable',
  'asked',
  'altered-meanwhile',
  'unknown-generation',
  'refused',
];

export class Coverage {
  /** How many scenarios came across each thing. */
  readonly counts = new Map<string, number>();

  add({ kinds, reasons, moments }: Outcome): void {
    const names = [
      ...[...kinds].map((kind) => `step ${kind}`),
      ...[...reasons].map((reason) => `reason ${reason}`),
      ...[...moments].map((moment) => `moment ${moment}`),
    ];
    for (const name of names) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** What never happened. */
  missing(): readonly string[] {
    const names = [
      ...STEP_KINDS.map((kind) => `step ${kind}`),
      ...MOMENTS.map((moment) => `moment ${moment}`),
      ...REASONS.map((reason) => `reason ${reason}`),
    ];
    return names.filter((name) => !this.counts.has(name));
  }
}
