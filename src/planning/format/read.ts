/** Reads a plan from its JSON text, which is untrusted, so all of it is checked. */
import { LenkwerkError } from '../../model/errors.js';
import { type LoggedPlan, PLAN_FORMAT_VERSION, type Plan } from '../plan.js';
import { contradictionIn } from './consistent.js';
import { planSchemaError } from './generated/plan-validator.js';
import { parseDocument } from './json-document.js';

/**
 * True for text that claims to be a plan: JSON that begins with an object and names its format
 * version at the front, as every plan does. It may still be truncated or edited.
 */
export function looksLikePlan(text: string): boolean {
  return /^\s*\{\s*"formatVersion"/.test(text);
}

/**
 * Reads and checks a plan; `name` is for messages. Throws `invalid-input` for text that is not
 * JSON, of another format version, does not fit schema/plan.schema.json or contradicts itself. The
 * content of the plan is still untrusted.
 */
export function readPlan(text: string, name: string): Plan {
  const plan = planOf(parse(text, name), name);
  const contradiction = contradictionIn(plan);
  if (contradiction === undefined) return plan;
  throw new LenkwerkError('invalid-input', `${name} is not a plan: ${contradiction}`, {
    hint: 'it was altered after `lenkwerk plan --out FILE` wrote it: plan again',
  });
}

/**
 * The complete JSON document of a logged plan. Throws `invalid-input` for text that is not JSON, or
 * is so in a way that no plan is.
 */
export function loggedDocument({ plan, desired }: LoggedPlan, name: string): unknown {
  const document = parse(plan, name);
  const isObject = typeof document === 'object' && document !== null;
  return isObject && desired !== null ? { ...document, desired } : document;
}

/** The plan of an entry of the log. Throws as `readPlan` does. */
export function readLoggedPlan(logged: LoggedPlan, name: string): Plan {
  return planOf(loggedDocument(logged, name), name);
}

function planOf(document: unknown, name: string): Plan {
  requireVersion(document, name);
  if (isPlan(document)) return document;
  const { path, message } = planSchemaError(document) ?? { path: '', message: '' };
  throw notAPlan(name, `${path} ${message}`.trim());
}

function isPlan(document: unknown): document is Plan {
  return planSchemaError(document) === undefined;
}

/** Plans nest 6 levels; of other versions they may nest deeper. */
const MAX_DEPTH = 32;

function parse(text: string, name: string): unknown {
  try {
    return parseDocument(text, MAX_DEPTH);
  } catch (error) {
    throw error instanceof LenkwerkError ? notAPlan(name, error.message) : error;
  }
}

function requireVersion(document: unknown, name: string): void {
  const version =
    typeof document === 'object' && document !== null && 'formatVersion' in document
      ? document.formatVersion
      : undefined;
  if (version === PLAN_FORMAT_VERSION) return;
  if (typeof version !== 'number') throw notAPlan(name, 'it has no formatVersion');
  throw new LenkwerkError('invalid-input', `${name} is a plan of format version ${version}`, {
    hint:
      version > PLAN_FORMAT_VERSION
        ? `this lenkwerk reads version ${PLAN_FORMAT_VERSION}: upgrade it`
        : `this lenkwerk reads version ${PLAN_FORMAT_VERSION}: plan again`,
  });
}

function notAPlan(name: string, problem: string): LenkwerkError {
  return new LenkwerkError('invalid-input', `${name} is not a plan: ${problem}`, {
    hint: '`lenkwerk plan --out FILE` writes one',
  });
}
