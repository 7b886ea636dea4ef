/** As much of the protobuf wire format as it takes to read a large answer without a library. */
import { assert } from '../model/errors.js';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const WIRE_TYPE_BITS = 3;
const WIRE_TYPE_MASK = 0b111;
/** A varint has seven bits in each byte, lowest first; the eighth says that more follow. */
const VARINT_BITS = 7;
const VARINT_MASK = 0x7f;
const MORE_FOLLOW = 0x80;
const MAX_VARINT_BITS = 64;

export function bytesField(field: number, value: Uint8Array): Buffer {
  const head = [...varint(tag(field, LENGTH_DELIMITED)), ...varint(BigInt(value.length))];
  return Buffer.concat([Buffer.from(head), value]);
}

/** Of a value that is not negative. */
export function integerField(field: number, value: bigint): Buffer {
  return Buffer.from([...varint(tag(field, VARINT)), ...varint(value)]);
}

function tag(field: number, wireType: number): bigint {
  return BigInt((field << WIRE_TYPE_BITS) | wireType);
}

function varint(value: bigint): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= MORE_FOLLOW; rest >>= BigInt(VARINT_BITS)) {
    bytes.push(Number(rest & BigInt(VARINT_MASK)) | MORE_FOLLOW);
  }
  return [...bytes, Number(rest)];
}

/**
 * Goes through the fields of one message: after each `next` either read the value once, as what
 * the field is, or skip it. Bytes that are no such message end in an assertion.
 */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #tag = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** A reader of what this one has not read yet. */
  again(): FieldReader {
    return new FieldReader(this.#bytes, this.#at, this.#end);
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.#tag = this.integer();
    return true;
  }

  /** The number of the field. */
  get field(): number {
    return this.#tag >>> WIRE_TYPE_BITS;
  }

  /** An integer of up to 53 bits. */
  integer(): number {
    let value = 0;
    // Not shifted, since that would end at 32 bits.
    for (let factor = 1; ; factor *= MORE_FOLLOW) {
      const byte = this.#byte();
      value += (byte & VARINT_MASK) * factor;
      if (byte < MORE_FOLLOW) {
        assert(Number.isSafeInteger(value), 'an integer of a message has no more than 53 bits');
        return value;
      }
    }
  }

  uint64(): bigint {
    let value = 0n;
    for (let shift = 0; ; shift += VARINT_BITS) {
      assert(shift < MAX_VARINT_BITS, 'an integer of a message has no more than 64 bits');
      const byte = this.#byte();
      value |= BigInt(byte & VARINT_MASK) << BigInt(shift);
      if (byte < MORE_FOLLOW) return value;
    }
  }

  text(): string {
    const start = this.#begin();
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const start = this.#begin();
    return this.#bytes.subarray(start, this.#at);
  }

  message(): FieldReader {
    const start = this.#begin();
    return new FieldReader(this.#bytes, start, this.#at);
  }

  skip(): void {
    const wireType = this.#tag & WIRE_TYPE_MASK;
    if (wireType === LENGTH_DELIMITED) this.#begin();
    else if (wireType === FIXED64) this.#advance(8);
    else if (wireType === FIXED32) this.#advance(4);
    else {
      assert(wireType === VARINT, 'a field is of one of four wire types');
      let byte = this.#byte();
      while (byte >= MORE_FOLLOW) byte = this.#byte();
    }
  }

  /** Goes behind a value that says its length first; returns where it starts. */
  #begin(): number {
    const length = this.integer();
    const start = this.#at;
    this.#advance(length);
    return start;
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    assert(this.#at <= this.#end, 'a message ends with a whole field');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    assert(byte !== undefined && this.#at < this.#end, 'a message ends with a whole field');
    this.#at += 1;
    return byte;
  }
}
