/** What an attempt to become the active agent works with. */
import type { ResyncReason } from '../records/condition-words.js';
import type { SourceReplication, SourceSession } from '../source/source-database.js';
import type { AgentContext } from './context.js';
import type { Healing } from './healing.js';
import type { Refusal, Shown } from './resync/refused-record.js';
import type { RefusedResync } from './resync/refused-resync.js';

/** What one attempt has from the agent beside the context. */
export interface Attempt {
  /** Resync for a reason that the last session came upon, whatever the checkpoint is. */
  readonly owed: OwedResync | undefined;
  /** The store refused a record that the stream still has before it. */
  readonly refusal: Refusal | undefined;
  readonly refusedResync: RefusedResync;
  /** undefined: foreign writes are reported only. */
  readonly healing: Healing | undefined;
  readonly onResync: (reason: ResyncReason) => void;
  /** The agent wrote that activation to the database. */
  readonly onActivated: (activation: string) => void;
  /** All tables were published: what was owed or refused before that is settled. */
  readonly onResynced: () => void;
  /** Called with what the store shows now, as far as the attempt knows. */
  readonly onShown: (shown: Shown) => void;
  /** A session that reads the slot is about to be started. */
  readonly onStart: () => void;
  /** From here on the agent publishes. `ask` is how it asks its store while it is idle. */
  readonly onStream: (ask: () => Promise<void>) => void;
  readonly signal: AbortSignal;
}

export interface OwedResync {
  readonly reason: ResyncReason;
  /** Of the session that came upon it. */
  readonly activation: string | undefined;
  /** What the store showed then: another agent would come upon it as well, unless it is past it. */
  readonly shown: Shown;
}

/** The attempt with its sessions at the database. */
export interface Work {
  readonly context: AgentContext;
  readonly attempt: Attempt;
  /** An ordinary session. */
  readonly sql: SourceSession;
  readonly replication: SourceReplication;
}
