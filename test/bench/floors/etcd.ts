/** etcd without Lenkwerk: its client alone, as the floor. */
import { Etcd3 } from 'etcd3';

const PUTS_PER_TRANSACTION = 127;
const KEYS_PER_PAGE = 10_000;

export class BareEtcd {
  readonly #client: Etcd3;

  constructor(endpoint: string) {
    this.#client = new Etcd3({ hosts: endpoint });
  }

  async put(key: string, value: string): Promise<void> {
    await this.#client.kv.put({ key: Buffer.from(key), value: Buffer.from(value) });
  }

  /** Puts these, provided that the first key's revision is `expected`; returns the new one. */
  async commit(records: readonly (readonly [string, string])[], expected: string): Promise<string> {
    const [[guard] = ['']] = records;
    const key = Buffer.from(guard);
    const { succeeded, header } = await this.#client.kv.txn({
      compare: [{ key, target: 'Mod', result: 'Equal', mod_revision: expected }],
      success: records.map(putOf),
      failure: [],
    });
    if (!succeeded) throw new Error(`another client wrote ${guard}`);
    return header.revision;
  }

  /** One transaction after the other. */
  async putAll(records: readonly (readonly [string, string])[]): Promise<void> {
    for (let start = 0; start < records.length; start += PUTS_PER_TRANSACTION) {
      const success = records.slice(start, start + PUTS_PER_TRANSACTION).map(putOf);
      await this.#client.kv.txn({ compare: [], success, failure: [] });
    }
  }

  /** Reads every key under the prefix, page after page, and returns their number. */
  async readAll(prefix: string): Promise<number> {
    const range_end = Buffer.from(prefix);
    range_end[range_end.length - 1] = (range_end[range_end.length - 1] ?? 0) + 1;
    let key: Buffer = Buffer.from(prefix);
    let keys = 0;
    for (;;) {
      const page = await this.#client.kv.range({ key, range_end, limit: KEYS_PER_PAGE });
      keys += page.kvs.length;
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return keys;
      key = Buffer.concat([last.key, Buffer.from([0])]);
    }
  }

  async deleteAll(prefix: string): Promise<void> {
    await this.#client.delete().prefix(prefix);
  }

  async revision(): Promise<bigint> {
    const { header } = await this.#client.kv.range({ key: Buffer.from('/') });
    return BigInt(header.revision);
  }

  /** Watches one key; `next` resolves at its next change, with the time of performance.now(). */
  async watch(key: string): Promise<{ next(): Promise<number>; end(): Promise<void> }> {
    const watcher = await this.#client.watch().key(key).create();
    let arrived: number[] = [];
    let notify: () => void = () => {};
    watcher.on('put', () => {
      arrived.push(performance.now());
      notify();
    });
    return {
      async next() {
        if (arrived.length === 0) {
          await new Promise<void>((resolve) => {
            notify = resolve;
          });
        }
        const at = arrived.at(-1) ?? Number.NaN;
        arrived = [];
        return at;
      },
      end: () => watcher.cancel(),
    };
  }

  close(): void {
    this.#client.close();
  }
}

function putOf([key, value]: readonly [string, string]) {
  return { request_put: { key: Buffer.from(key), value: Buffer.from(value) } };
}
