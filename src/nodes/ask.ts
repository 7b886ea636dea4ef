/** Asks the stores of all targets what the nodes acknowledge. Decision D93 in src/README.md. */
import { isDeepStrictEqual } from 'node:util';
import type { StoreSettings } from '../kvstore/settings.js';
import { LenkwerkError } from '../model/errors.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { pause } from '../runtime/async.js';
import {
  type CheckpointMark,
  type Instance,
  judgeNodes,
  type NodeReport,
  type NodesEvidence,
  type NodesReport,
} from './judge.js';
import { lookAtTarget, type TargetLook } from './look.js';

const LOOK_AGAIN_MS = 500;
/** A node that lacks a commit of that age may be silent; the clock is the database's. */
const SUSPECT_AFTER_SECONDS = 60;
/** After a change of a large cluster a node acknowledges within nodes / 200 s. */
const GRACE_MS = 3_000;
const GRACE_MS_PER_NODE = 10;
const MAX_GRACE_MS = 15_000;

/** A configured one. */
export type AskedTarget = { readonly name: string } & (
  | { readonly settings: StoreSettings }
  | { readonly problem: LenkwerkError }
);

interface NodesQuestion {
  /** All that are registered. */
  readonly instances: readonly Instance[];
  /** Every configured one. */
  readonly targets: readonly AskedTarget[];
  /**
   * By the name of the target, which without an entry has nothing that is to be acknowledged;
   * `current`: what each target shows before it is looked at.
   */
  readonly wanted: ReadonlyMap<string, CheckpointMark> | 'current';
  /** By the clock of the database, when the question is asked. */
  readonly now: Date;
}

/** How long to ask. */
interface Patience {
  /** Until every node has acknowledged what is wanted, or the deadline. */
  readonly wait: boolean;
  readonly deadline: AbortSignal;
}

/**
 * Returns what the nodes acknowledged; one that was in step once counts as that. None is called
 * silent. A store that fails is a part of the report; only defects are thrown.
 */
export async function askNodes(
  question: NodesQuestion,
  { wait, deadline }: Patience,
): Promise<NodesReport> {
  const look = looking(question);
  const done = new Map<string, NodeReport>();
  for (;;) {
    const report = judgeNodes(await look());
    for (const node of report.nodes) if (node.state === 'in-step') done.set(node.name, node);
    const nodes = report.nodes.map((node) => done.get(node.name) ?? node);
    if (wait && done.size < nodes.length) await pause(LOOK_AGAIN_MS, deadline);
    if (!wait || deadline.aborted || done.size === nodes.length) return { ...report, nodes };
  }
}

/**
 * The same at one look, without a wait. Where nodes lack a commit for long there is a second look
 * some seconds later, by the clock of this process: those that acknowledged nothing new meanwhile
 * are silent.
 */
export async function observeNodes(question: NodesQuestion): Promise<NodesReport> {
  const look = looking(question);
  const first = judgeNodes(await look());
  const suspects = new Map(
    first.nodes
      .filter(({ state, lag }) => {
        return state === 'behind' && (lag?.seconds ?? 0) >= SUSPECT_AFTER_SECONDS;
      })
      .map(({ name, acknowledgement }) => [name, acknowledgement]),
  );
  if (suspects.size === 0) return first;
  await pause(Math.min(GRACE_MS + GRACE_MS_PER_NODE * first.nodes.length, MAX_GRACE_MS));
  const evidence = await look();
  const unheard = judgeNodes(evidence).nodes.filter(({ name, acknowledgement }) => {
    return suspects.has(name) && isDeepStrictEqual(acknowledgement, suspects.get(name));
  });
  return judgeNodes({ ...evidence, unheard: new Set(unheard.map(({ name }) => name)) });
}

/** Every node that is expected has acknowledged what was wanted. */
export function areInStep({ nodes }: NodesReport): boolean {
  return nodes.every(({ state }) => state === 'in-step');
}

/** A look at all targets, at a time that follows from when the question was asked. */
function looking({ instances, targets, wanted, now }: NodesQuestion): () => Promise<NodesEvidence> {
  const askedMs = performance.now();
  return async () => {
    const looks = await Promise.all(
      targets.map((target) => {
        return lookOrFail(target, wanted === 'current' ? wanted : wanted.get(target.name));
      }),
    );
    return {
      instances,
      targets: looks.flatMap(({ evidence }) => evidence ?? []),
      unread: looks.flatMap(({ unread }) => unread ?? []),
      unheard: new Set(),
      now: new Date(now.getTime() + performance.now() - askedMs),
    };
  };
}

async function lookOrFail(
  target: AskedTarget,
  wanted: CheckpointMark | 'current' | undefined,
): Promise<TargetLook> {
  try {
    if ('problem' in target) throw target.problem;
    const { name, settings } = target;
    const store = await settings.connect();
    try {
      const keySpace = new KeySpace(settings.prefix);
      return await lookAtTarget({ store, keySpace, target: name, wanted });
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return { evidence: undefined, unread: { target: target.name, reason: error.message } };
  }
}
