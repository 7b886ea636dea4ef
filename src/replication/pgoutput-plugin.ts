import { type Client, escapeIdentifier } from 'pg';
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import { BinaryReader } from 'pg-logical-replication/dist/output-plugins/pgoutput/binary-reader.js';

/** The outcome of parsing one message: no exception may reach the library. */
type ParsedMessage =
  | { readonly kind: 'parsed'; readonly message: Pgoutput.Message }
  | { readonly kind: 'unreadable'; readonly cause: unknown };

// The library's own decoder drops a byte order mark at the beginning of a value, so that the stream
// would differ from the table.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
BinaryReader.prototype.decodeText = (bytes) => decoder.decode(bytes);

/**
 * The library's pgoutput plugin, without its defects:
 * - an exception in `parse` would be an uncaughtException, so it becomes a result;
 * - it passes over what a message holds beyond its tuples, and reads some lengths beyond its end;
 * - every text is decoded as it is, a leading byte order mark included;
 * - values pass the parsers of the global `pg.types`, which lose microseconds, big numbers and NaN,
 *   so the parsers of each relation are replaced as its Relation message passes.
 *
 * One object serves one connection: it keeps the relations of that stream.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export class TextPgoutputPlugin extends PgoutputPlugin {
  readonly #onClient: (client: Client) => Promise<void>;

  /** `onClient` may give commands to the session before the stream starts. */
  constructor(publication: string, onClient: (client: Client) => Promise<void>) {
    // A list of identifiers, inside of a literal that the library does not escape.
    const name = escapeIdentifier(publication).replaceAll("'", "''");
    super({ protoVersion: 1, publicationNames: [name], messages: true });
    this.#onClient = onClient;
  }

  // The library passes the result of `parse` on unread, so the declared type is kept and the
  // outcome is stored beside it.
  lastOutcome: ParsedMessage = { kind: 'unreadable', cause: new Error('nothing parsed yet') };

  override parse(buffer: Buffer): Pgoutput.Message {
    try {
      requireWholeTuples(buffer);
      const message = super.parse(buffer);
      if (message.tag === 'relation') keepText(message);
      this.lastOutcome = { kind: 'parsed', message };
      return message;
    } catch (cause) {
      this.lastOutcome = { kind: 'unreadable', cause };
      return UNREADABLE;
    }
  }

  override async start(client: Client, slotName: string, lastLsn: string): Promise<unknown> {
    await this.#onClient(client);
    return super.start(client, slotName, lastLsn);
  }
}

/** The tuples that a change holds: the new row `N`, before it the old row `O` or its key `K`. */
const TUPLES: ReadonlyMap<string, RegExp> = new Map([
  ['I', /^N$/],
  ['U', /^[KO]?N$/],
  ['D', /^[KO]$/],
]);
/** Behind the kind of a change and the oid of its relation. */
const TUPLES_AT = 5;

/** Throws for a change that does not end with its last tuple, or whose tuples are others. */
function requireWholeTuples(message: Buffer): void {
  const expected = TUPLES.get(message.toString('latin1', 0, 1));
  if (expected === undefined) return;
  let found = '';
  let at = TUPLES_AT;
  while (at < message.length) {
    found += message.toString('latin1', at, at + 1);
    at = endOfTuple(message, at + 1);
  }
  if (at !== message.length || !expected.test(found)) throw new Error('not the tuples of a change');
}

/** Throws for a value that is neither null, unchanged nor text; may lie beyond the message. */
function endOfTuple(message: Buffer, start: number): number {
  let at = start + 2;
  for (let left = message.readUInt16BE(start); left > 0; left -= 1) {
    const kind = message.toString('latin1', at, at + 1);
    at += 1;
    if (kind === 't') at += 4 + message.readUInt32BE(at);
    else if (kind !== 'n' && kind !== 'u') throw new Error('not a value of a tuple');
  }
  return at;
}

/** Stands for a message that could not be parsed; `lastOutcome` has the cause. */
const UNREADABLE: Pgoutput.Message = { tag: 'origin', originLsn: null, originName: '' };

function keepText(relation: Pgoutput.MessageRelation): void {
  for (const column of relation.columns) column.parser = identity;
}

function identity(text: string): string {
  return text;
}
