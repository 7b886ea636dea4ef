/** Runs test/cases/*.yaml, one test per document; test/cases/README.md describes a case. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { formatDiagnostic } from '../../../src/manifest/problems/diagnostic.js';
import { SourceFile } from '../../../src/manifest/source.js';
import { assert } from '../../../src/model/errors.js';
import type { DesiredState, RecordedState } from '../../../src/model/resources.js';
import type { Change } from '../../../src/planning/change.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import type { Plan } from '../../../src/planning/plan.js';
import { PlanProblemsError } from '../../../src/planning/problems.js';
import { applyInMemory } from '../../../src/planning/recorded-from-desired.js';
import { Members } from '../../support/states/case-members.js';
import { recordedOf } from '../../support/states/case-recorded.js';
import { desiredFromFiles } from '../../support/states/read-manifests.js';

const FOLDER = new URL('../../cases/', import.meta.url);
const HEADER = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';
const DEFAULT_NOW = '2026-11-23 10:30:00';

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))) {
  describe(file, () => {
    const documents = parseAllDocuments(readFileSync(new URL(file, FOLDER), 'utf8'), {
      strict: true,
      uniqueKeys: true,
    });
    assert(Array.isArray(documents) && documents.length > 0, `${file} holds no case`);
    for (const document of documents) {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      addTest(new Members(document.toJS(), file));
    }
  });
}

function addTest(members: Members): void {
  const name = members.text('name');
  assert(members.text('why') !== '', 'a case has a reason');
  const input = {
    now: members.text('now', DEFAULT_NOW),
    recorded: recordedOf(members.value('recorded')),
    desired: desiredOf(members.text('desired'), name),
  };
  const refused = members.has('problems');
  assert(refused !== members.has('plan'), `${name}: either a plan or problems`);
  const problems = members.list('problems').map((problem) => new Members(problem, 'problem'));
  const expected = members.optionalMembers('plan');
  members.end();
  it(name, () => (refused ? expectProblems(input, problems) : expectPlan(input, expected)));
}

function desiredOf(text: string, name: string): DesiredState {
  const result = desiredFromFiles([new SourceFile('cluster.yaml', `${HEADER}${text}`)]);
  if (result.kind === 'ok') return result.desired;
  throw new Error(`${name}: ${result.problems.map(formatDiagnostic).join('\n')}`);
}

interface CaseInput {
  readonly now: string;
  readonly recorded: RecordedState;
  readonly desired: DesiredState;
}

function planOf(input: CaseInput): Plan {
  return makePlan({ ...input, toolVersion: '0.0.0', gitCommit: null });
}

/** Each expected problem names its address; message and hint are parts of the texts. */
function expectProblems(input: CaseInput, expected: readonly Members[]): void {
  let problems: PlanProblemsError['problems'] = [];
  try {
    planOf(input);
  } catch (error) {
    if (!(error instanceof PlanProblemsError)) throw error;
    problems = error.problems;
  }
  expect(problems.map(({ address }) => address)).toEqual(expected.map((p) => p.text('address')));
  for (const [at, members] of expected.entries()) {
    expect(problems[at]?.message).toContain(members.text('message'));
    expect(problems[at]?.hint).toContain(members.text('hint', ''));
    if (members.has('line')) expect(problems[at]?.source?.line).toBe(members.number('line', 0));
    members.end();
  }
}

/** Whatever the case, nothing may be left to plan after the apply. */
function expectPlan(input: CaseInput, expected: Members): void {
  const plan = planOf(input);
  const changes = expected.list('changes').map(expectedChange);
  expect(plan.changes.map((change, at) => shown(change, changes[at]))).toEqual(changes);
  const { add, change, expire, delete: deleted } = plan.summary;
  const summary = `${add} to add, ${change} to change, ${expire} to expire, ${deleted} to delete`;
  expect(summary).toBe(expected.text('summary', summary));
  expect(plan.notices).toEqual(expected.texts('notices'));
  if (expected.has('unmanaged')) {
    const unmanaged = plan.unmanaged.map(({ section, recorded }) => `${section} (${recorded})`);
    expect(unmanaged).toEqual(expected.texts('unmanaged'));
  }
  expected.end();
  const applied = applyInMemory(input.recorded, plan.changes);
  expect(planOf({ ...input, recorded: applied }).changes).toEqual([]);
}

interface ExpectedChange {
  readonly what: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** `create dimension//a: {ordinality: 1}`, or the text alone. */
function expectedChange(item: unknown): ExpectedChange {
  if (typeof item === 'string') return { what: item, attributes: { dangers: [] } };
  const members = new Members(item, 'change');
  const [what, ...others] = members.names();
  assert(what !== undefined && others.length === 0, 'a change is `action address: {...}`');
  const attributes = members.optionalMembers(what);
  const values = attributes.names().map((name) => [name, attributes.value(name)] as const);
  return { what, attributes: { dangers: [], ...Object.fromEntries(values) } };
}

/** A change with those of its attributes that the case names, and its dangers always. */
function shown(change: Change, expected: ExpectedChange | undefined): ExpectedChange {
  const known = new Map<string, unknown>(Object.entries(change.after ?? change.before ?? {}));
  known.set('dangers', change.dangers);
  known.set('reason', change.reason);
  if (change.kind === 'servermap' && change.after?.algorithm === 'ring') {
    const entries = change.after.entries.map(
      ({ schaufel, copies }) => `${schaufel} -> ${copies.join(', ')}`,
    );
    known.set('entries', entries);
  }
  const names = Object.keys(expected?.attributes ?? { dangers: [] });
  return {
    what: `${change.action} ${change.address}`,
    attributes: Object.fromEntries(names.map((name) => [name, known.get(name)])),
  };
}
