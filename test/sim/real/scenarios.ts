/**
 * Scenarios that run in the simulation and on real servers alike, through the same interface: so
 * that real servers keep the simulated ones honest.
 */

export type Action =
  /** An agent starts, or ends in order. */
  | 'start'
  | 'stop'
  /** Everything is published. */
  | 'settle'
  /** A transaction of another program, one in other tables, and many of those. */
  | 'write'
  | 'other-wal'
  /** Two generations of the servermap; the older one is changed. */
  | 'add-generations'
  | 'change-older'
  /** A crash-consistent copy of the database's volume; it takes the place of the volume. */
  | 'image'
  | 'put-back'
  /** The copy takes the place of the volume as a standby, and is promoted. */
  | 'promote-image'
  | 'advance-slot'
  /** A backup of the store, and its return. */
  | 'back-up'
  | 'restore'
  | 'delete-servermap';

/** A world, simulated or real. */
export interface WorldDriver {
  /** Resolves when it is done; `settle`: throws when it does not come true in time. */
  perform(action: Action): Promise<void>;
  /** How often agents resynced so far. */
  readonly resyncs: number;
}

interface RealScenario {
  readonly fault: string;
  readonly actions: readonly Action[];
  /** Of all agents together, the first one included. */
  readonly resyncs: number;
}

const PUBLISHED: readonly Action[] = ['start', 'write', 'settle'];

export const REAL_SCENARIOS: Readonly<Record<string, RealScenario>> = {
  'an image is put back': {
    fault: '1.15',
    actions: [
      ...PUBLISHED,
      ...['stop', 'image', 'start', 'write', 'write', 'settle', 'stop', 'put-back'],
      ...['write', 'start', 'settle', 'write', 'settle'],
    ] as const,
    resyncs: 2,
  },
  'an image is put back, and its log goes beyond the checkpoint': {
    fault: '1.15',
    actions: [
      ...PUBLISHED,
      ...['stop', 'image', 'start', 'write', 'settle', 'stop', 'put-back'],
      ...['write', 'other-wal', 'write', 'start', 'settle', 'write', 'settle'],
    ] as const,
    resyncs: 2,
  },
  'an image of what is published is put back': {
    fault: '1.15',
    actions: [...PUBLISHED, ...['stop', 'image', 'put-back', 'write', 'start', 'settle']] as const,
    resyncs: 1,
  },
  'two copies are promoted to one number of the timeline': {
    fault: '1.15',
    actions: [
      ...PUBLISHED,
      ...['image', 'promote-image', 'write', 'settle', 'write', 'settle'],
      ...['promote-image', 'write', 'settle', 'write', 'settle'],
    ] as const,
    resyncs: 2,
  },
  'a store goes back under an idle agent': {
    fault: '1.2',
    actions: [...PUBLISHED, ...['back-up', 'write', 'settle', 'restore', 'settle']] as const,
    resyncs: 2,
  },
  'a store goes back while no agent runs': {
    fault: '1.1',
    actions: [
      ...PUBLISHED,
      ...['back-up', 'write', 'settle', 'stop', 'restore', 'start', 'settle'],
    ] as const,
    resyncs: 2,
  },
  'a slot is advanced while no agent runs': {
    fault: 'N3',
    actions: [...PUBLISHED, ...['stop', 'write', 'advance-slot', 'start', 'settle']] as const,
    resyncs: 2,
  },
  'the servermap is deleted while no agent runs': {
    fault: 'N2',
    actions: [
      'add-generations',
      ...PUBLISHED,
      ...['stop', 'delete-servermap', 'change-older', 'start', 'settle'],
    ] as const,
    resyncs: 2,
  },
};

/** Performs the actions in order. Throws when the resyncs are not as many as they have to be. */
export async function runReal(driver: WorldDriver, scenario: RealScenario): Promise<void> {
  for (const action of scenario.actions) await driver.perform(action);
  const { resyncs } = driver;
  if (resyncs !== scenario.resyncs) throw new Error(`${resyncs} resyncs, not ${scenario.resyncs}`);
}
