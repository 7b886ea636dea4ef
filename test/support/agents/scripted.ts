/** A database and a store whose answers a test gives, for what an agent makes of answers. */
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { type AgentContext, agentSetup } from '../../../src/publishing/agent/context.js';
import type {
  SourceDatabase,
  SourceSession,
} from '../../../src/publishing/source/source-database.js';
import { silentLogger } from '../../../src/runtime/logger.js';

const UNEXPECTED = 'the test gives no answer to this';

/** Answers only that it was closed; a test puts its own answers in place. */
export const SILENT_SESSION: SourceSession = {
  readConfig: unexpected,
  requireRights: unexpected,
  look: unexpected,
  activate: unexpected,
  dropSlot: unexpected,
  tryLockResync: unexpected,
  ping: unexpected,
  readPublication: unexpected,
  readShapes: unexpected,
  readDeferrable: unexpected,
  readGenerations: unexpected,
  readConfirmed: unexpected,
  readTables: unexpected,
  readTablesAt: unexpected,
  tryBarrier: unexpected,
  replication: unexpected,
  close: async () => {},
};

/** As SILENT_SESSION. */
export const SILENT_STORE: KeyValueStore = {
  description: 'a store',
  prefix: '',
  limits: { maxChanges: 100, maxBytes: 100_000 },
  kvread: unexpected,
  kvwrite: unexpected,
  kvwatch: unexpected,
  read: unexpected,
  readRange: unexpected,
  commit: unexpected,
  probeRecord: unexpected,
  prepareAcknowledgements: unexpected,
  acknowledge: unexpected,
  acknowledgements: unexpected,
  forgetAcknowledgements: unexpected,
  watch: () => {
    throw new Error(UNEXPECTED);
  },
  close: async () => {},
};

/** For an agent of `default` whose store answers so, without a prefix. */
export function scriptedContext(given: Partial<AgentContext> = {}): AgentContext {
  const database = scriptedDatabase(unexpected);
  const setup = agentSetup({ database, logger: silentLogger }, 'default', '');
  return { ...setup, store: SILENT_STORE, ...given };
}

/** `connect`: called for each session, with how many there were before. */
export function scriptedDatabase(
  connect: (before: number) => Promise<SourceSession>,
): SourceDatabase {
  let sessions = 0;
  return {
    name: 'lenkwerk',
    connect: () => {
      sessions += 1;
      return connect(sessions - 1);
    },
  };
}

/** An answer that no test should come to. */
export async function unexpected(): Promise<never> {
  throw new Error(UNEXPECTED);
}
