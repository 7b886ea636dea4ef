/**
 * Plan files: plans that a reviewer agreed to. They are never executed directly; their desired
 * state is planned again, and has to give the same plan.
 */
import { decodeManifest } from '../../manifest/decode.js';
import { desiredFrom } from '../../manifest/load.js';
import { ProblemsError } from '../../manifest/problems/diagnostic.js';
import { LenkwerkError } from '../../model/errors.js';
import type { DesiredState } from '../../model/resources.js';
import { hideInJson } from '../../model/secrets/values.js';
import { looksLikePlan, readLoggedPlan, readPlan } from '../../planning/format/read.js';
import type { Plan } from '../../planning/plan.js';
import { fileTrouble, readHead, readRegularFile } from '../../runtime/files.js';
import type { DesiredSource } from '../desired.js';

/** Enough for 100,000 changes; a bigger file is no plan. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;
/** How much of a file is read to recognise a plan. */
const HEAD_BYTES = 64;

/** True when the content of the file claims to be a plan; false also for unreadable files. */
export function isPlanFile(path: string): boolean {
  try {
    return looksLikePlan(readHead(path, HEAD_BYTES).toString('utf8'));
  } catch {
    return false;
  }
}

/** Throws `invalid-input` for a file that is not a plan of this format version. */
export function readPlanFile(path: string): Plan {
  return readPlan(readText(path), path);
}

/** The same plan as it may be shown: a file of another author may hold secrets. */
export function readShownPlan(path: string): Plan {
  const text = readText(path);
  const plan = readPlan(text, path);
  const hidden = hideInJson(text);
  return hidden === text ? plan : readLoggedPlan({ plan: hidden, desired: null }, path);
}

function readText(path: string): string {
  try {
    return readRegularFile(path, { maxBytes: MAX_PLAN_BYTES }).toString('utf8');
  } catch (cause) {
    const message = `the plan ${path} cannot be read: ${fileTrouble(cause)}`;
    throw new LenkwerkError('invalid-input', message, { cause });
  }
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
