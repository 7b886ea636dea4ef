/**
 * Rules that the product once had, or might have had, and that lose data, alarm falsely or never
 * end. The simulation has to find each of them by itself: that proves the proof.
 */
import type { Rule } from '../oracle/rules.js';

interface Edit {
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
}

export interface OldRule {
  readonly name: string;
  /** In found/: written by hand, where no seed came to it. */
  readonly scenario?: string;
  /** So many seeds suffice by far: it is tried with each `npm test`. */
  readonly quickly?: number;
  /** The promises that it may break. */
  readonly breaks: readonly Rule[];
  readonly edits: readonly Edit[];
}

const AGENT = 'src/publishing/agent';
const STREAM = 'src/publishing/stream';
const RECORDS = 'src/publishing/records';

export const OLD_RULES: readonly OldRule[] = [
  {
    // The witness in the stream shows any other history, unless the slot is confirmed between the
    // witness and the position of the checkpoint: then it is not awaited. In another history only a
    // resync that was interrupted, a person, or the agent of a clone leaves a slot there (the
    // families imageDropped, imageAdvanced and copiedStore of the model); none of 12,000 seeds did.
    name: 'the activation is ignored',
    scenario: '1.15-interrupted-resync.json',
    quickly: 1,
    breaks: ['P1 prefix', 'P3 no gap'],
    edits: [
      {
        file: `${RECORDS}/condition.ts`,
        from: "return isComparable(checkpoint, found) ? undefined : { kind: 'other-history' };",
        to: 'return undefined;',
      },
    ],
  },
  {
    name: 'the agent looks first, then holds the slot',
    breaks: ['P1 prefix', 'P3 no gap'],
    edits: [
      {
        file: `${AGENT}/attempt.ts`,
        from: '  const standing = await lookFirst(context, sql);',
        to: `  const standing = await lookFirst(context, sql);
  Reflect.set(sql, 'early', standing);`,
      },
      {
        file: `${AGENT}/starting-point.ts`,
        from: '  const standing = await sql.look(context.slot);\n  const isSame =',
        to: "  const standing = Reflect.get(sql, 'early');\n  const isSame =",
      },
      {
        file: `${AGENT}/starting-point.ts`,
        from: 'standing.slot?.reader === server.pid;',
        to: 'true;',
      },
    ],
  },
  {
    name: 'a store compares the revision only',
    breaks: ['P1 prefix', 'P4 fenced'],
    edits: [
      {
        file: 'test/sim/store/store.ts',
        from: ' && current?.value === expected?.value;',
        to: ';',
      },
    ],
  },
  {
    name: 'a write is not guarded',
    quickly: 60,
    breaks: ['P1 prefix', 'P4 fenced'],
    edits: [
      {
        file: `${STREAM}/publisher.ts`,
        from: 'expected: this.#held,',
        to: 'expected: await store.read(keySpace.checkpointKey(target)),',
      },
    ],
  },
  {
    name: 'partOf is not kept',
    breaks: ['P1 prefix'],
    edits: [
      {
        file: `${STREAM}/progress.ts`,
        from: "  if (before === 'repair' || batch.awaitsRepair",
        to: "  if (before !== 'repair') return undefined;\n  if (before === 'repair' || batch.awaitsRepair",
      },
    ],
  },
  {
    name: 'an old primary is resynced',
    quickly: 250,
    breaks: ['old primary'],
    edits: [
      { file: `${RECORDS}/condition-words.ts`, from: "agent: 'waits',", to: "agent: 'resyncs'," },
    ],
  },
  {
    name: 'a store that went back is not acted on',
    quickly: 200,
    breaks: ['untrue', 'P1 prefix', 'P3 no gap'],
    edits: [
      {
        file: `${AGENT}/foreign-writes.ts`,
        from: 'else onLost(fenced(OTHER_CHECKPOINT));',
        to: 'else onForeign(undefined);',
      },
      {
        file: `${AGENT}/foreign-writes.ts`,
        from: '!publisher.isNewest(found?.value))\n    onLost(fenced(OTHER_CHECKPOINT));',
        to: '!publisher.isNewest(found?.value)) return;',
      },
    ],
  },
  {
    name: 'a resync deletes anything',
    quickly: 250,
    breaks: ['mass delete'],
    edits: [
      {
        file: `${RECORDS}/mass-delete.ts`,
        from: 'if (deletes <= MASS_DELETE_COUNT ||',
        to: 'if (deletes >= 0 || deletes <= MASS_DELETE_COUNT ||',
      },
    ],
  },
  {
    name: 'any checkpoint of a known activation is the own past',
    breaks: ['mass delete'],
    edits: [
      {
        file: `${AGENT}/resync/resync.ts`,
        from: 'return upTo !== undefined && witness.endLsn <= upTo;',
        to: 'return upTo !== undefined || witness === undefined;',
      },
    ],
  },
  {
    name: 'what is sent is confirmed before the store has it',
    quickly: 60,
    breaks: ['P5 acknowledged last'],
    edits: [
      {
        file: `${STREAM}/stream.ts`,
        from: '      await publisher.writeBatch(batch);',
        to: `      if (batch.end !== undefined) source.acknowledge(batch.end.lsn);
      await publisher.writeBatch(batch);`,
      },
    ],
  },
  {
    name: 'the witness is not awaited',
    quickly: 60,
    breaks: ['P1 prefix', 'P3 no gap'],
    edits: [
      {
        file: 'src/replication/walsender.ts',
        from: 'this.#isProved = claim.confirmed >= claim.witness.endLsn;',
        to: 'this.#isProved = true;',
      },
    ],
  },
  {
    name: 'a servermap that the store lacks is taken from the database',
    quickly: 150,
    breaks: ['P1 prefix', 'P3 no gap'],
    edits: [
      {
        file: `${STREAM}/servermap-generations.ts`,
        from: 'return { records: new Map(), complete: false, exactFrom };',
        to: 'return { ...now, exactFrom };',
      },
    ],
  },
  {
    name: 'a stream that only starts is forgiven',
    breaks: ['tight loop'],
    edits: [
      {
        file: `${AGENT}/backoff.ts`,
        from: 'stream !== undefined && this.#setup.counters.changes > stream.changes',
        to: 'stream !== undefined',
      },
    ],
  },
  {
    name: 'verify reads the store later than at its barrier',
    breaks: ['verify'],
    edits: [
      {
        file: 'src/verifying/compare-published.ts',
        from: 'readPublished(store, keySpace, seen.revision)',
        to: 'readPublished(store, keySpace)',
      },
    ],
  },
  {
    name: 'a server that shuts down gets no answer',
    breaks: ['shutdown'],
    edits: [{ file: `${STREAM}/stream.ts`, from: 'return urgent || ', to: 'return ' }],
  },
  {
    name: 'what waited in a former session waits for ever',
    breaks: ['untrue'],
    edits: [
      {
        file: `${STREAM}/stream.ts`,
        from: '    countFromHere(this.#context.counters);\n',
        to: '',
      },
    ],
  },
];
