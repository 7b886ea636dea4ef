/**
 * The world of one target: servers with branching histories, stores that may go back, agents. A
 * state is plain data; a step copies what it changes, so states share the rest.
 */

/** No node, no slot, no agent. */
export const NONE = -1;
/** In `partOf`: the parts belong to a repair. */
export const REPAIR = -2;

export const RECORD_KINDS = [
  'root',
  'commit',
  'huge',
  'row',
  'other',
  'system',
  'barrier',
  'wipe',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/**
 * One WAL record, a node in the tree of histories. Its LSN is its depth, so histories that branched
 * off collide in every LSN and xid; its number stands for the commit time.
 */
export interface WalRecord {
  readonly kind: RecordKind;
  readonly parent: number;
  readonly lsn: number;
  /** Of a 'row': the activation that it wrote, and `upTo` of the one that it replaced. */
  readonly activation: number;
  readonly upTo: number;
}

export interface Switch {
  readonly timeline: number;
  readonly lsn: number;
}

export interface Server {
  readonly up: boolean;
  readonly primary: boolean;
  /** The last record of its WAL. */
  readonly head: number;
  /** The slot's confirmed_flush; NONE: no slot. What a crash leaves of it: `onDisk`. */
  readonly confirmed: number;
  readonly onDisk: number;
  readonly timeline: number;
  readonly switches: readonly Switch[];
  readonly system: number;
  /** The agent that holds the lock of resyncs, and the one that holds the slot. */
  readonly lock: number;
  readonly holder: number;
}

interface Witness {
  /** For the checker, and for the comparison by commit time. */
  readonly node: number;
  readonly end: number;
  /** The consistent point of a resync: no transaction that the stream shows. */
  readonly point: boolean;
}

export interface Checkpoint {
  readonly writeId: number;
  readonly system: number;
  readonly timeline: number;
  readonly activation: number;
  readonly pending: readonly number[];
  readonly snapshot: boolean;
  readonly witness: Witness;
  readonly lsn: number;
  /** NONE: whole; REPAIR; else the transaction of which parts are in the store. */
  readonly partOf: number;
}

/**
 * Each transaction inserts a key of its own into table A, a huge one also into table B, and sets
 * one shared key: bits by the node's number, and the node that wrote the shared key.
 */
export interface Records {
  readonly a: number;
  readonly b: number;
  readonly last: number;
}

export interface Store extends Records {
  readonly checkpoint: Checkpoint | undefined;
  /** Of the checkpoint key. */
  readonly revision: number;
  /** The revision of the checkpoint when another client changed a record; NONE: all is right. */
  readonly foreign: number;
}

/** What step 3 read at the server. */
export interface Look {
  readonly confirmed: number;
  readonly activation: number;
  readonly system: number;
  readonly timeline: number;
  readonly switches: readonly Switch[];
  readonly flush: number;
}

export const PHASES = ['off', 'read', 'intent', 'row', 'start', 'stream', 'resync'] as const;

export interface Agent {
  /** What it does next. */
  readonly phase: (typeof PHASES)[number];
  readonly store: number;
  readonly server: number;
  readonly timeline: number;
  readonly system: number;
  /** Its session is there; without, it learns that it is gone when it next asks. */
  readonly connected: boolean;
  readonly look: Look | undefined;
  /** The confirmed position of step 3, which a resync remembers. */
  readonly confirmed: number;
  /** What its next write expects of the checkpoint key. */
  readonly writeId: number;
  readonly revision: number;
  /** The checkpoint last read or written. */
  readonly checkpoint: Checkpoint | undefined;
  /** Its own activation, once it has one. */
  readonly activation: number;
  /** The LSN up to which the stream was received. */
  readonly received: number;
  readonly proved: boolean;
  readonly queue: readonly number[];
  /** Parts of the batch at hand are written; in a resync: how many of its steps are done. */
  readonly part: number;
  readonly snapshotAt: number;
  /** Changes of table B are held for a repair; `everything`: the repair is of all tables. */
  readonly holds: boolean;
  readonly everything: boolean;
  /** A repair that holds no changes is owed: another client's write was seen. */
  readonly heals: boolean;
  /** "repair" stood in the checkpoint when the session began. */
  readonly inherited: boolean;
  readonly barrier: number;
  /** The flush position of step 3, where `partOf` named a transaction then. */
  readonly flush: number;
  /** From which revision on the watch shows foreign writes. */
  readonly watched: number;
}

export const IDLE: Agent = {
  phase: 'off',
  store: 0,
  server: NONE,
  timeline: 0,
  system: 0,
  connected: false,
  look: undefined,
  confirmed: NONE,
  writeId: 0,
  revision: 0,
  checkpoint: undefined,
  activation: 0,
  received: 0,
  proved: false,
  queue: [],
  part: 0,
  snapshotAt: NONE,
  holds: false,
  everything: false,
  heals: false,
  inherited: false,
  barrier: NONE,
  flush: NONE,
  watched: 0,
};

/** A request that was sent and given up: it may still be served. */
export type Late =
  | {
      readonly kind: 'write';
      readonly store: number;
      readonly revision: number;
      readonly expected: number;
      readonly checkpoint: Checkpoint;
      readonly records: Partial<Store> | undefined;
    }
  | {
      readonly kind: 'row';
      readonly server: number;
      readonly guard: number | undefined;
      readonly activation: number;
      readonly upTo: number;
    }
  | { readonly kind: 'drop' | 'create'; readonly server: number };

export const FAULTS = [
  'commits',
  'huge',
  'wipes',
  'other',
  'starts',
  'sleeps',
  'deaths',
  'crashes',
  'late',
  'shapes',
  'barriers',
  'images',
  'restores',
  'pitr',
  'clones',
  'promotions',
  'systems',
  'slotDrops',
  'slotCreations',
  'slotAdvances',
  'backups',
  'rewinds',
  'copies',
  'foreign',
  'damages',
] as const;
export type Fault = (typeof FAULTS)[number];
/** How often each may still happen. */
export type Budget = Readonly<Partial<Record<Fault, number>>>;

export interface Image {
  readonly head: number;
  readonly confirmed: number;
  readonly timeline: number;
  readonly switches: readonly Switch[];
  readonly system: number;
}

export interface State {
  history: readonly WalRecord[];
  servers: readonly Server[];
  stores: readonly Store[];
  agents: readonly Agent[];
  late: readonly Late[];
  backup: Store | undefined;
  image: Image | undefined;
  budget: Budget;
  /** Activations and writeIds are numbers that were never used before. */
  nonces: number;
  /** Only within a step: its request is sent and given up. */
  givesUp: boolean;
}
