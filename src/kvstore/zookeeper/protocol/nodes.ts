/** Reads many nodes of one session, in requests whose answers stay small. */
import type { Connection } from './connection.js';
import { multiRead } from './multi.js';
import { getChildren, getData, type Node, type Request } from './requests.js';

const MAX_READS = 500;
const FIRST_READS = 100;
const ANSWER_BYTES = 2 * 1024 * 1024;
/** One is under way while another is decoded. */
const WINDOW = 2;

/** How many reads fit into one request, learned from the answers. */
class PageSize {
  #reads = FIRST_READS;

  next(): number {
    return this.#reads;
  }

  learn(reads: number, bytes: number): void {
    const fitting = Math.floor((ANSWER_BYTES * reads) / Math.max(bytes, 1));
    this.#reads = Math.max(1, Math.min(MAX_READS, fitting));
  }
}

/** The answers in the order of the requests; undefined for nodes that do not exist. */
async function readPages<T>(
  connection: Connection,
  reads: readonly Request<T>[],
  sizeOf: (answer: T) => number,
): Promise<readonly (T | undefined)[]> {
  const size = new PageSize();
  const answers: (T | undefined)[] = [];
  let next = 0;
  const underWay: Promise<readonly (T | undefined)[]>[] = [];
  while (next < reads.length || underWay.length > 0) {
    while (next < reads.length && underWay.length < WINDOW) {
      const page = reads.slice(next, next + size.next());
      next += page.length;
      const answer = connection.send(multiRead(page));
      // Awaited later, unless one before it fails.
      answer.catch(() => {});
      underWay.push(answer);
    }
    const page = (await underWay.shift()) ?? [];
    const bytes = page.reduce((sum, one) => sum + (one === undefined ? 0 : sizeOf(one)), 0);
    size.learn(page.length, bytes);
    for (const one of page) answers.push(one);
  }
  return answers;
}

/** Nodes by their paths. Throws what the session throws. */
export function readNodes(
  connection: Connection,
  paths: readonly string[],
): Promise<readonly (Node | undefined)[]> {
  const reads = paths.map((path) => getData(path));
  return readPages(connection, reads, ({ data }) => data?.length ?? 0);
}

/** The paths of the children of each node, in no order. Throws what the session throws. */
export async function readChildren(
  connection: Connection,
  paths: readonly string[],
): Promise<readonly string[]> {
  const reads = paths.map((path) => getChildren(path));
  const lists = await readPages(connection, reads, (names) => names.join().length);
  return paths.flatMap((path, index) => {
    const parent = path === '/' ? '' : path;
    return (lists[index] ?? []).map((name) => `${parent}/${name}`);
  });
}
