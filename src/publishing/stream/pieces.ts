/** Changes in as many commits as the store needs; a record that it does not take even alone. */
import { CommitTooLarge, LenkwerkError } from '../../model/errors.js';
import { type BatchLimits, type Changes, changeSize } from './batch.js';

/** `store-rejected`: the store takes a record in no commit, however small. */
export class RecordRefused extends LenkwerkError {
  override readonly hint: string;
  readonly key: string;
  /** Of the key and the value. */
  readonly sizeBytes: number;

  constructor(key: string, sizeBytes: number, cause: LenkwerkError) {
    const remedy = 'make the record smaller, or let the store take larger ones';
    const hint = cause.hint === undefined ? remedy : `${remedy}: ${cause.hint}`;
    const message = `the store refuses ${key}, ${sizeBytes} bytes: ${cause.message}`;
    super('store-rejected', message, { cause, hint });
    this.hint = hint;
    this.key = key;
    this.sizeBytes = sizeBytes;
  }
}

/**
 * Calls `write` for pieces of the changes that each fit into a commit, in turn, and for one without
 * changes when there are none; with `isLast` the changes are whole. A piece that is refused as too
 * large is cut. Throws RecordRefused for a single record that is refused, and what `write`
 * throws.
 */
export async function writeInPieces(
  changes: Changes,
  limits: BatchLimits,
  write: (piece: Changes, isLast: boolean) => Promise<void>,
): Promise<void> {
  let waiting = split(changes, limits);
  // What the store refuses is met before a part of the rest is in the store.
  if (waiting.length > 1) waiting = split(largestFirst(changes), limits);
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    try {
      await write(piece, waiting.length === 0);
    } catch (error) {
      if (!(error instanceof CommitTooLarge)) throw error;
      waiting.unshift(...smaller(piece, limits, error));
    }
  }
}

/** The pieces of one that was refused, after which the store may know its limits better. */
function smaller(refused: Changes, limits: BatchLimits, cause: CommitTooLarge): readonly Changes[] {
  const [first, ...more] = [...largestFirst(refused)];
  if (first === undefined) throw cause;
  if (more.length === 0) throw new RecordRefused(first[0], changeSize(...first), cause);
  const pieces = split(new Map([first, ...more]), limits);
  if (pieces.length > 1) return pieces;
  return split(new Map([first, ...more]), {
    maxChanges: Math.ceil(refused.size / 2),
    maxBytes: limits.maxBytes,
  });
}

function largestFirst(changes: Changes): Changes {
  const sized = [...changes].map((change) => ({ change, sizeBytes: changeSize(...change) }));
  sized.sort((one, other) => other.sizeBytes - one.sizeBytes);
  return new Map(sized.map(({ change }) => change));
}

/** Cuts changes into pieces that each fit into one commit, in order. */
export function split(changes: Changes, limits: BatchLimits): Changes[] {
  const { maxChanges, maxBytes } = limits;
  const pieces: Map<string, string | undefined>[] = [];
  let piece = new Map<string, string | undefined>();
  let sizeBytes = 0;
  for (const [key, value] of changes) {
    const size = changeSize(key, value);
    if (piece.size > 0 && (piece.size >= maxChanges || sizeBytes + size > maxBytes)) {
      pieces.push(piece);
      piece = new Map();
      sizeBytes = 0;
    }
    piece.set(key, value);
    sizeBytes += size;
  }
  pieces.push(piece);
  return pieces;
}
