/** Which states were seen: two hashes of 32 bits each in open addressing, 8 bytes a state. */

/** Two independent hashes of a sequence of integers. */
export class Hash {
  first = 0;
  second = 0;

  reset(): void {
    this.first = 0x811c9dc5;
    this.second = 0x9747b28c;
  }

  add(value: number): void {
    this.first = Math.imul(this.first ^ value, 0x01000193);
    this.first ^= this.first >>> 15;
    this.second = Math.imul(this.second ^ value, 0x5bd1e995);
    this.second ^= this.second >>> 13;
  }
}

export class Seen {
  #mask: number;
  #firsts: Uint32Array;
  #seconds: Uint32Array;
  #size = 0;

  constructor(bits = 16) {
    this.#mask = 2 ** bits - 1;
    this.#firsts = new Uint32Array(2 ** bits);
    this.#seconds = new Uint32Array(2 ** bits);
  }

  /** True when the state is new. */
  add(hash: Hash): boolean {
    if (this.#size * 2 > this.#mask) this.#grow();
    const first = Math.imul(hash.first ^ (hash.first >>> 16), 0x85ebca6b) >>> 0;
    const second = hash.second >>> 0 || 1;
    return this.#insert(first, second);
  }

  #insert(first: number, second: number): boolean {
    for (let place = first & this.#mask; ; place = (place + 1) & this.#mask) {
      if (this.#seconds[place] === 0) {
        this.#firsts[place] = first;
        this.#seconds[place] = second;
        this.#size += 1;
        return true;
      }
      if (this.#seconds[place] === second && this.#firsts[place] === first) return false;
    }
  }

  #grow(): void {
    const [firsts, seconds] = [this.#firsts, this.#seconds];
    this.#mask = this.#mask * 2 + 1;
    this.#firsts = new Uint32Array(this.#mask + 1);
    this.#seconds = new Uint32Array(this.#mask + 1);
    this.#size = 0;
    seconds.forEach((second, place) => {
      if (second !== 0) this.#insert(firsts[place] ?? 0, second);
    });
  }
}
