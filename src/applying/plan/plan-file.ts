/**
 * Plan files: plans that a reviewer agreed to. They are never executed directly; their desired
 * state is planned again, and has to give the same plan.
 */
import { open } from 'node:fs/promises';
import { decodeManifest } from '../../manifest/decode.js';
import { desiredFrom } from '../../manifest/load.js';
import { ProblemsError } from '../../manifest/problems/diagnostic.js';
import { LenkwerkError } from '../../model/errors.js';
import type { DesiredState } from '../../model/resources.js';
import { looksLikePlan, readPlan } from '../../planning/format/read.js';
import type { Plan } from '../../planning/plan.js';
import type { DesiredSource } from '../desired.js';

/** Enough for 100,000 changes; a bigger file is no plan. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;
/** How much of a file is read to recognise a plan. */
const HEAD_BYTES = 64;

/** True when the content of the file claims to be a plan; false also for unreadable files. */
export async function isPlanFile(path: string): Promise<boolean> {
  return (await readHead(path).catch(() => undefined)) ?? false;
}

async function readHead(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return looksLikePlan(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Throws `invalid-input` for a file that is not a plan of this format version. */
export async function readPlanFile(path: string): Promise<Plan> {
  return readPlan(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  const reading = { what: 'cannot be read' };
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (stat.isFile() && stat.size <= MAX_PLAN_BYTES) return await file.readFile('utf8');
      reading.what = stat.isFile() ? 'is too big for a plan' : 'is not a file';
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new LenkwerkError('invalid-input', `the plan ${path} cannot be read`, { cause });
  }
  throw new LenkwerkError('invalid-input', `the plan ${path} ${reading.what}`);
}

/** The desired state of a plan, read again from its text. Throws ProblemsError. */
export async function desiredOfPlan(plan: Plan, name: string): Promise<DesiredSource> {
  const desired = await desiredOfText(plan.desired, `${name} (its desired state)`);
  return { desired, gitCommit: plan.gitCommit, selection: plan.partial ?? undefined };
}

/** A desired state that was kept as text, through the same checks as any manifest. */
export async function desiredOfText(text: string, name: string): Promise<DesiredState> {
  const decoded = decodeManifest(name, Buffer.from(text));
  if (!('place' in decoded)) throw new ProblemsError(decoded);
  const loaded = await desiredFrom([decoded]);
  if (loaded.kind === 'problems') throw new ProblemsError(loaded.problems, loaded.count);
  return loaded.desired;
}
