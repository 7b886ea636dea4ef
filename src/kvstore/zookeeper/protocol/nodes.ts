/** Reads many nodes of one session, in requests whose answers stay small. */
import type { Connection } from './connection.js';
import { multiRead } from './multi.js';
import { getChildren, getData, type Node, type Request } from './requests.js';

const MAX_READS = 500;
const FIRST_READS = 100;
const ANSWER_BYTES = 2 * 1024 * 1024;
/** Of the paths in a request: far below what any server takes. */
const PATH_BYTES = 64 * 1024;
/** One request is under way while the answer to another is decoded. */
const WINDOW = 2;

/** How many reads fit into one request; the answers teach it. */
class PageSize {
  #reads = FIRST_READS;

  /** Where a page ends that begins at `start`. */
  end(paths: readonly string[], start: number): number {
    const last = Math.min(paths.length, start + this.#reads);
    let end = start;
    for (let bytes = 0; end < last; end += 1) {
      bytes += Buffer.byteLength(paths[end] ?? '');
      if (bytes > PATH_BYTES && end > start) break;
    }
    return end;
  }

  learn(reads: number, bytes: number): void {
    const fitting = Math.floor((ANSWER_BYTES * reads) / Math.max(bytes, 1));
    this.#reads = Math.max(1, Math.min(MAX_READS, fitting));
  }
}

/** How one node is read, and how large what was read is. */
interface Reading<T> {
  readonly request: (path: string) => Request<T>;
  readonly bytesOf: (answer: T) => number;
}

/** The answers in the order of the paths; undefined for nodes that do not exist. */
async function readPages<T>(
  connection: Connection,
  paths: readonly string[],
  { request, bytesOf }: Reading<T>,
): Promise<readonly (T | undefined)[]> {
  const size = new PageSize();
  const answers: (T | undefined)[] = [];
  const underWay: Promise<readonly (T | undefined)[]>[] = [];
  let next = 0;
  while (next < paths.length || underWay.length > 0) {
    while (next < paths.length && underWay.length < WINDOW) {
      const end = size.end(paths, next);
      const answer = connection.send(multiRead(paths.slice(next, end).map(request)));
      next = end;
      // Awaited later, unless one before it fails.
      answer.catch(() => {});
      underWay.push(answer);
    }
    let bytes = 0;
    const page = (await underWay.shift()) ?? [];
    for (const one of page) {
      bytes += one === undefined ? 0 : bytesOf(one);
      answers.push(one);
    }
    size.learn(page.length, bytes);
  }
  return answers;
}

/** Nodes by their paths. Throws what the session throws. */
export function readNodes(
  connection: Connection,
  paths: readonly string[],
): Promise<readonly (Node | undefined)[]> {
  return readPages(connection, paths, {
    request: (path) => getData(path),
    bytesOf: ({ data }) => data?.length ?? 0,
  });
}

/** The paths of the children of each node, in no order. Throws what the session throws. */
export async function readChildren(
  connection: Connection,
  paths: readonly string[],
): Promise<readonly string[]> {
  const lists = await readPages(connection, paths, {
    request: getChildren,
    bytesOf: (names) => names.reduce((sum, name) => sum + name.length, 0),
  });
  return paths.flatMap((path, index) => {
    const parent = path === '/' ? '' : path;
    return (lists[index] ?? []).map((name) => `${parent}/${name}`);
  });
}
