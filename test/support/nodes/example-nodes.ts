/** What two hundred nodes acknowledge, some of them in each state. */
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { type Instance, judgeNodes } from '../../../src/nodes/judge.js';
import type { Acknowledgement } from '../../../src/publishing/records/acknowledgement.js';
import { CHECKPOINT } from '../states/checkpoint.js';
import { HOSTILE } from '../states/example-plans.js';

const MIB = 1024n * 1024n;
const NEWEST = 3n * MIB;

const INSTANCES: readonly Instance[] = Array.from({ length: 200 }, (_, at) => ({
  host: `storage-${String(at + 1).padStart(3, '0')}.example.com`,
  port: 5432,
  status: 3,
}));

/** As a node acknowledges the checkpoint at this revision, which is its position as well. */
function acknowledgementOf(name: string, revision: bigint): Acknowledgement {
  const applied = {
    revision,
    writeId: CHECKPOINT.writeId,
    lsn: lsnFromBytes(revision),
    appliedAt: '2026-11-23T10:00:00.000Z',
  };
  const followerId = `follower of ${name}`;
  return { name, followerId, applied, refusal: undefined, toolVersion: '0.1.0' };
}

function exampleOf(at: number, name: string): Acknowledgement | undefined {
  if (at < 150) return acknowledgementOf(name, NEWEST);
  if (at < 170) return acknowledgementOf(name, MIB);
  if (at < 180) return acknowledgementOf(name, 0n);
  const refusal = { key: '/Config/a', reason: HOSTILE };
  return { ...acknowledgementOf(name, MIB), refusal };
}

const names = INSTANCES.map(({ host, port }) => `${host}_${port}`);

/** In step: 150; behind: 20; silent: 10; refused: 10; never heard of: 10. */
export const NODES = judgeNodes({
  instances: INSTANCES,
  targets: [
    {
      target: 'default',
      acknowledgements: new Map([
        ...names.slice(0, 190).map((name, at) => [name, exampleOf(at, name)] as const),
        [HOSTILE, undefined],
      ]),
      current: { revision: NEWEST, checkpoint: { ...CHECKPOINT, lsn: lsnFromBytes(NEWEST) } },
      wanted: { revision: NEWEST, writeId: CHECKPOINT.writeId },
      past: new Map(),
      next: new Map(),
    },
  ],
  unread: [],
  unheard: new Set(names.slice(170, 180)),
  now: new Date('2026-11-23T00:02:03.400Z'),
});
