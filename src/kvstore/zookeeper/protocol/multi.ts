/** Several requests in one: writes that take effect together, or reads. */
import { CODE, ZookeeperError } from './errors.js';
import type { JuteReader, JuteWriter } from './jute.js';
import type { Request } from './requests.js';

const MULTI = 14;
const MULTI_READ = 22;
const ERROR = -1;

/**
 * Writes in one transaction: all of them or none. The answer is the transaction's zxid; throws a
 * ZookeeperError with the code of the first that failed.
 */
export function multi(writes: readonly Request<void>[]): Request<bigint> {
  return {
    type: MULTI,
    write: (out) => writeAll(out, writes),
    read(answer, zxid) {
      const results = readAll(answer, writes);
      const failed = results.find((result) => result instanceof ZookeeperError && isCause(result));
      if (failed instanceof ZookeeperError) throw failed;
      return zxid;
    },
  };
}

/** What a failed transaction answers for the writes before the one that failed, and after it. */
function isCause({ code }: ZookeeperError): boolean {
  return code !== CODE.ok && code !== CODE.inconsistency;
}

/**
 * Reads that the server answers in one message, from version 3.6 on; each at a moment of its own.
 * The answers in the order of the requests, undefined for nodes that do not exist. Throws a
 * ZookeeperError for any other failure.
 */
export function multiRead<T>(reads: readonly Request<T>[]): Request<readonly (T | undefined)[]> {
  return {
    type: MULTI_READ,
    write: (out) => writeAll(out, reads),
    read: (answer) =>
      readAll(answer, reads).map((result) => {
        if (!(result instanceof ZookeeperError)) return result;
        if (result.code !== CODE.noNode) throw result;
        return undefined;
      }),
  };
}

/** MultiOperationRecord in https://github.com/apache/zookeeper/tree/master/zookeeper-server */
function writeAll(out: JuteWriter, requests: readonly Request<unknown>[]): void {
  for (const { type, write } of requests) {
    out.int(type).bool(false).int(ERROR);
    write(out);
  }
  out.int(ERROR).bool(true).int(ERROR);
}

function readAll<T>(
  answer: JuteReader,
  requests: readonly Request<T>[],
): readonly (T | ZookeeperError)[] {
  return requests.map(({ read }) => {
    const type = answer.int();
    answer.bool();
    answer.int();
    return type === ERROR ? new ZookeeperError(answer.int()) : read(answer, 0n);
  });
}
