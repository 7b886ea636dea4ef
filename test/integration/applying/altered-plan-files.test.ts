/** Every field of a plan file, altered in turn: refused, or listed here with the reason. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPlan } from '../../../src/planning/format/read.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { alterationsOf } from '../../support/states/altered-json.js';

/** What may be altered, and why: by the path, with N for each number. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  '/toolVersion': 'which program planned; the one that applies plans again',
  '/gitCommit': 'as reported: the log and `show` call it so',
  '/base': 'rows may move that the plan does not depend on',
  '/boundaries/dimensions': 'no change of this plan takes effect then, and no form shows it',
  '/changes/N/source': 'a place in files that apply does not have; `show` notes it',
  '/changes/N/source/file': 'the same',
  '/changes/N/source/line': 'the same',
  '/changes/N/source/column': 'the same',
  '/desired': 'a text that is planned again: another one has to lead to the same plan',
  '/notices': 'the notice of a trial is absent where the role that planned may try nothing',
  '/partial/targets': 'planned again with it: another pattern has to select the same changes',
  '/partial/excludes': 'the same',
  '/partial/excludes/N': 'the same',
};

const RECORDED = `
instances: [{host: h1, username: u, status: online}, {host: h2, username: u, status: online}]
servermap: {algorithm: ring}
config: {kept: 1, gone: 1}
dimensions: [{field: /a}, {field: /b}]
indexes:
  - {name: i, method: btree, fields: [{pointer: /x}, {pointer: /y}]}
  - {name: j, method: gin, fields: [{pointer: /z}]}
`;

/** An index without fields and one that fails for some messages are worth a notice. */
const PLANNED = `
instances: [{host: h1, username: v, status: online}, {host: h2, username: u, status: online}]
servermap: {algorithm: ring}
config: {kept: 1, added: {a: [1]}, other: x}
indexes:
  - {name: i, method: btree, fields: [{pointer: /x}, {pointer: /w}]}
  - {name: k, method: gin, fields: []}
  - {name: l, method: btree, fields: [{expression: "(data->>'n')::int"}, {expression: "(data->>'d')::date"}]}
`;
const PART = ['--exclude', 'config/other', '--exclude', 'config/gone'];

let work: Workplace;
let planFile: string;
let text: string;
beforeAll(async () => {
  work = await workplace();
  planFile = work.path('cluster.plan');
  const allow = ['--allow', 'copies:same-host'];
  const file = work.manifest(RECORDED);
  const first = await work.run(['apply', file, '--auto-approve', ...allow]);
  expect(first).toMatchObject({ exitCode: 0 });
  const planned = work.manifest(PLANNED, 'planned.yaml');
  await work.run(['plan', planned, ...PART, '--out', planFile]);
  text = readFileSync(planFile, 'utf8');
});
afterAll(() => work.close());

const ALLOW = ['expire:index', 'copies:same-host', 'copies:offline', 'expression:unvetted'];

function isReadable(text: string): boolean {
  try {
    readPlan(text, 'altered.plan');
    return true;
  } catch {
    return false;
  }
}

async function outcomeOf(altered: string): Promise<string> {
  writeFileSync(planFile, altered);
  const allow = ALLOW.flatMap((danger) => ['--allow', danger]);
  const { exitCode, stderr } = await work.run(['apply', planFile, '--dry-run', ...allow]);
  if (exitCode === 0) return 'accepted';
  // Manifests manage the status, and the plan no longer overrides that.
  if (exitCode === 4 && stderr.includes('manage the status')) return 'refused';
  return exitCode === 3 || exitCode === 5 ? 'refused' : `exit code ${exitCode}: ${stderr}`;
}

/** Of each name of the plan: what a plan holds under it, here or by its schema. */
function wordsOf(document: unknown, into = new Map<string, unknown[]>(), name = '') {
  const words = into.get(name) ?? [];
  if (Array.isArray(document)) for (const item of document) wordsOf(item, into, name);
  else if (typeof document === 'object' && document !== null) {
    for (const [key, member] of Object.entries(document)) wordsOf(member, into, key);
  } else if (!words.includes(document)) into.set(name, [...words, document]);
  return into;
}

/** What the document does not hold. */
function othersFor(name: string, value: unknown): readonly unknown[] {
  if (name === 'base') return [`sha256:${'0'.repeat(64)}`];
  if (name === 'dangers') return [['deletes:many'], ['expire:index', 'deletes:many']];
  if (name === 'section') return ['indexes'];
  if (name === 'targets') return [['*']];
  return name === 'excludes' && typeof value === 'string' ? [value.replace('other', 'othe?')] : [];
}

/** Of one field, in all changes together. */
const MAX_TRIED = 10;

/** The fields of the plan that were altered, and those with which it was applied all the same. */
async function alterEach(text: string) {
  const document: unknown = JSON.parse(text);
  expect(await outcomeOf(text)).toBe('accepted');
  const words = wordsOf(document);
  const alterations = alterationsOf(document, (name, value) => [
    ...(words.get(name) ?? []).slice(0, 2),
    ...othersFor(name, value),
  ]);
  const tried = new Map<string, number>();
  const accepted = new Set<string>();
  const odd: string[] = [];
  for (const { path, document: altered } of alterations) {
    const field = path.replace(/\/\d+/g, '/N');
    const times = tried.get(field) ?? 0;
    const other = JSON.stringify(altered);
    if (times === MAX_TRIED || !isReadable(other)) continue;
    tried.set(field, times + 1);
    const outcome = await outcomeOf(other);
    if (outcome === 'accepted') accepted.add(field);
    else if (outcome !== 'refused') odd.push(`${path}: ${outcome}`);
  }
  expect(odd).toEqual([]);
  return { accepted, tried };
}

test('each field is compared, or is known not to be', { timeout: 300_000 }, async () => {
  const { accepted, tried } = await alterEach(text);
  expect([...accepted].toSorted()).toEqual(Object.keys(NOT_COMPARED).toSorted());
  const compared = [...tried.keys()].filter((field) => !accepted.has(field));
  expect(compared).toEqual(expect.arrayContaining(COMPARED));
});

/** The same of a plan of `instance set-status`. */
const NOT_COMPARED_OF_STATUS: Readonly<Record<string, string>> = {
  '/toolVersion': 'as above',
  '/gitCommit': 'as above; applied it has none',
  '/base': 'as above',
  '/boundaries/dimensions': 'as above',
  '/boundaries/indexes': 'the same',
  '/desired': 'not read: the request is planned again',
  '/setStatus/instances': 'a name twice means the same',
};

test('so is each of a plan that sets a status', { timeout: 300_000 }, async () => {
  const args = ['instance', 'set-status', 'read-only', 'h1', '--override', '--out', planFile];
  writeFileSync(planFile, '');
  expect(await work.run(args)).toMatchObject({ exitCode: 0 });
  const { accepted, tried } = await alterEach(readFileSync(planFile, 'utf8'));
  expect([...accepted].toSorted()).toEqual(Object.keys(NOT_COMPARED_OF_STATUS).toSorted());
  const compared = [...tried.keys()].filter((field) => !accepted.has(field));
  const wanted = ['/status', '/instances/N', '/override'];
  expect(compared).toEqual(expect.arrayContaining(wanted.map((name) => `/setStatus${name}`)));
});

/** Fields that an altered plan could have, and still be one. */
const COMPARED = [
  ...['/cluster/database', '/cluster/id', '/boundaries/production', '/partial/leftOut'],
  ...['/unmanaged', '/unmanaged/N/section', '/unmanaged/N/recorded', '/notices/N', '/changes'],
  ...['/changes/N/after/value', '/changes/N/after/validFrom', '/changes/N/after/expression'],
  ...['/changes/N/reason', '/changes/N/dangers', '/changes/N/before/id', '/partial'],
];
