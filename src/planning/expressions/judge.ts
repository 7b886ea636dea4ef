/**
 * One judgement, in every verb, of what storage nodes join into CREATE INDEX: expressions, which
 * run at every insert, and the names beside them.
 */
import { addressOf } from '../../model/address.js';
import type { DesiredIndex, DesiredState, SourcePlace } from '../../model/resources.js';
import type { Change } from '../change.js';
import type { PlanProblem } from '../problems.js';
import { nameTrouble } from './allowed/names.js';
import type { Verdict, Vetting } from './vet.js';

type IndexNames = Pick<DesiredIndex, 'name' | 'method' | 'tablespace'>;

/** Whether the names are such that they cannot end a statement or break it; never `invalid`. */
function vetNames({ name, method, tablespace }: IndexNames): Verdict {
  for (const [what, value] of Object.entries({ name, 'access method': method, tablespace })) {
    const trouble = nameTrouble(what, value);
    if (trouble === undefined) continue;
    const reason = `the ${what} ${JSON.stringify(value)} ${trouble}, and storage nodes join it into CREATE INDEX`;
    return { kind: 'unvetted', reason, offset: undefined };
  }
  return { kind: 'vetted' };
}

/** The judgement of what a change brings to storage nodes; undefined: nothing new. */
function judged(change: Change, vet: Vetting): Verdict | undefined {
  // Parts that no manifest asks for are removed, or move for others.
  if (change.source === null || change.after === null) return undefined;
  if (change.kind === 'index') return vetNames(change.after);
  if (change.kind !== 'index-field') return undefined;
  const { expression } = change.after;
  const moves = change.action === 'update' && change.before?.expression === expression;
  return moves ? undefined : vet(expression);
}

interface Judgement {
  readonly changes: readonly Change[];
  readonly problems: readonly PlanProblem[];
}

/**
 * The same changes, with `expression:unvetted` on each that brings something unvetted to storage
 * nodes; and a problem for each expression that PostgreSQL could not read.
 */
export function withVerdicts(changes: readonly Change[], vet: Vetting): Judgement {
  const problems: PlanProblem[] = [];
  const marked = changes.map((change): Change => {
    const verdict = judged(change, vet);
    if (verdict === undefined || verdict.kind === 'vetted') return change;
    if (verdict.kind === 'unvetted') {
      return { ...change, dangers: [...change.dangers, 'expression:unvetted'] };
    }
    problems.push(invalidProblem(change, verdict));
    return change;
  });
  return { changes: marked, problems };
}

type Refused = Exclude<Verdict, { readonly kind: 'vetted' }>;

function invalidProblem(
  { address, source }: Pick<PlanProblem, 'address' | 'source'>,
  verdict: Refused,
): PlanProblem {
  const message = `the expression is not valid: ${reasonOf(verdict)}`;
  return { address, message, hint: hintFor(verdict), source };
}

/** The words of PostgreSQL for a text that ends too early. */
const UNFINISHED = /end of input|unterminated/;

function hintFor({ reason, offset }: Refused): string {
  if (UNFINISHED.test(reason)) return 'close every bracket and every quote';
  if (offset === 0 && /"\/"/.test(reason)) return 'a JSON pointer stands under pointer';
  return 'it has to be one SQL expression over the column data';
}

function reasonOf({ reason, offset }: Refused): string {
  return offset === undefined ? reason : `${reason} (at character ${offset + 1})`;
}

/** The reason of each `expression:unvetted` in a plan, as notices. */
export function unvettedNotices(changes: readonly Change[], vet: Vetting): readonly string[] {
  return changes.flatMap((change) => {
    if (!change.dangers.includes('expression:unvetted')) return [];
    const verdict = judged(change, vet);
    const refused = verdict !== undefined && verdict.kind !== 'vetted';
    return refused ? [`${change.address} is not vetted: ${reasonOf(verdict)}`] : [];
  });
}

interface DesiredJudgement {
  readonly problems: readonly PlanProblem[];
  /** What a plan would mark with `expression:unvetted`, with the reason and the place. */
  readonly notices: readonly string[];
}

/** The judgement of every index of the manifests, for verbs without a database. */
export function judgeDesired({ indexes }: DesiredState, vet: Vetting): DesiredJudgement {
  const problems: PlanProblem[] = [];
  const notices: string[] = [];
  for (const index of indexes ?? []) {
    // The place of a field in the table is not known here: the source shows which one it is.
    const address = addressOf('index', index);
    const add = (verdict: Verdict, source: SourcePlace): void => {
      if (verdict.kind === 'invalid') problems.push(invalidProblem({ address, source }, verdict));
      if (verdict.kind !== 'unvetted') return;
      const place = `${source.file}:${source.line}:${source.column}`;
      notices.push(`${place}: ${address} is not vetted: ${reasonOf(verdict)}`);
    };
    add(vetNames(index), index.source);
    for (const { expression, source } of index.fields) add(vet(expression), source);
  }
  return { problems, notices };
}
