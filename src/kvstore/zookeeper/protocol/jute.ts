/**
 * Jute, the encoding of ZooKeeper's messages: numbers in network byte order, texts and bytes behind
 * their length, of which -1 is null.
 * https://github.com/apache/zookeeper/blob/master/zookeeper-jute/src/main/resources/zookeeper.jute
 */

const FIRST_CAPACITY_BYTES = 256;
const NULL_LENGTH = -1;

/** Collects the fields of one message. */
export class JuteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  int(value: number): this {
    const start = this.#reserve(4);
    this.#bytes.writeInt32BE(value, start);
    return this;
  }

  long(value: bigint): this {
    const start = this.#reserve(8);
    this.#bytes.writeBigInt64BE(value, start);
    return this;
  }

  bool(value: boolean): this {
    const start = this.#reserve(1);
    this.#bytes.writeUInt8(value ? 1 : 0, start);
    return this;
  }

  buffer(value: Buffer | undefined): this {
    this.int(value?.length ?? NULL_LENGTH);
    return value === undefined ? this : this.raw(value);
  }

  /** Bytes that are encoded already. */
  raw(bytes: Buffer): this {
    const start = this.#reserve(bytes.length);
    bytes.copy(this.#bytes, start);
    return this;
  }

  text(value: string): this {
    const lengthBytes = Buffer.byteLength(value);
    this.int(lengthBytes);
    const start = this.#reserve(lengthBytes);
    this.#bytes.write(value, start);
    return this;
  }

  /** What was written; the writer must not be used again. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Where the next field of so many bytes belongs. */
  #reserve(lengthBytes: number): number {
    const start = this.#length;
    this.#length += lengthBytes;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    return start;
  }
}

/** Reads the fields of one message in their order. Throws RangeError beyond its end. */
export class JuteReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  bool(): boolean {
    return this.#bytes.readUInt8(this.#advance(1)) !== 0;
  }

  /** A part of the message, which stays in memory with it; undefined: null. */
  buffer(): Buffer | undefined {
    const lengthBytes = this.int();
    if (lengthBytes < 0) return undefined;
    const start = this.#advance(lengthBytes);
    return this.#bytes.subarray(start, start + lengthBytes);
  }

  text(): string {
    return this.buffer()?.toString() ?? '';
  }

  /** As many items as the message announces, each read by `item`. */
  list<Item>(item: () => Item): readonly Item[] {
    const items: Item[] = [];
    for (let left = this.int(); left > 0; left -= 1) items.push(item());
    return items;
  }

  #advance(lengthBytes: number): number {
    const start = this.#position;
    this.#position += lengthBytes;
    if (this.#position > this.#bytes.length) throw new RangeError('a message ends too early');
    return start;
  }
}
