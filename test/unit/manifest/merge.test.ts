/** Several documents become one desired state; contradictions show both places. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkMethods } from '../../../src/manifest/checks.js';
import { formatDiagnostics } from '../../../src/manifest/problems/diagnostic.js';
import { canonicalJson, parseJson } from '../../../src/model/json.js';
import { NOTHING_MANAGED } from '../../../src/model/resources.js';
import { mayNameSecret } from '../../../src/model/secrets/names.js';
import {
  desired,
  HEAD,
  load,
  problems,
  sectionProblems,
} from '../../support/states/manifest-problems.js';

describe('defaults and normal forms', () => {
  test('what is left out', () => {
    const state = desired(
      'instances: [{host: a, username: u}]\ndimensions: [{field: service}, {field: a~b}]\nindexes: [{name: i, method: gin, fields: [{pointer: /a/b, type: bigint}]}]',
    );
    expect(state.instances?.[0]).toMatchObject({ host: 'a', port: 5432, status: undefined });
    expect(state.dimensions).toMatchObject([
      { field: '/service', default: 'notexist' },
      { field: '/a~0b', default: 'notexist' },
    ]);
    expect(state.indexes).toMatchObject([
      { tablespace: 'pg_default', fields: [{ expression: `((data->'a')->'b')::bigint` }] },
    ]);
  });

  test('a section that no manifest names is not managed, an empty one means none', () => {
    expect(desired('instances: []\nconfig: {}')).toEqual({
      ...NOTHING_MANAGED,
      instances: [],
      config: [],
    });
    expect(desired('dimensions: []\nindexes: []')).toMatchObject({ dimensions: [], indexes: [] });
  });

  test('every object has its place', () => {
    const state = desired(
      'config: {}\nindexes:\n  - name: i\n    method: gin\n    fields: [{pointer: /a}]',
    );
    expect(state.indexes?.[0]?.source).toEqual({ file: 'a.yaml', line: 5, column: 5 });
    expect(state.indexes?.[0]?.fields[0]?.source).toEqual({ file: 'a.yaml', line: 7, column: 14 });
  });
});

describe('host ranges', () => {
  const hosts = (host: string) =>
    desired(`instances: [{host: "${host}", username: u}]`).instances?.map((i) => i.host);

  test('padding, several ranges, one number', () => {
    expect(hosts('s-[08-11].dc1')).toEqual(['s-08.dc1', 's-09.dc1', 's-10.dc1', 's-11.dc1']);
    expect(hosts('r[1-2]-s[9-10]')).toEqual(['r1-s9', 'r1-s10', 'r2-s9', 'r2-s10']);
    expect(hosts('s[7-7]')).toEqual(['s7']);
    expect(hosts('s[0000-9999]')).toHaveLength(10_000);
  });

  test.each([
    ['s[2-1]', 'the range [2-1] ends before it begins'],
    ['s[0-10000]', 's[0-10000] stands for more than 10000 hosts'],
    ['a[1-200]b[1-200]', 'a[1-200]b[1-200] stands for more than 10000 hosts'],
    ['s[1-999999999]', 's[1-999999999] stands for more than 10000 hosts'],
    ['s[a-b]', 'a bracket in s[a-b] is not part of a range'],
    ['s[1-2', 'a bracket in s[1-2 is not part of a range'],
    ['[fd00::1]', 'a bracket in [fd00::1] is not part of a range'],
  ])('%s', (host, message) => {
    const found = sectionProblems(`instances: [{host: "${host}", username: u}]`);
    expect(found).toEqual([`3:20: instances[0].host: ${message}`]);
  });

  test('all entries together are bounded', () => {
    const entry = (i: number) => `- {host: "${i}-[0000-9999]", username: u}`;
    const list = (n: number) =>
      `instances:\n${Array.from({ length: n }, (_, i) => entry(i)).join('\n')}`;
    expect(sectionProblems(list(21))).toEqual(['24:4: instances[20]: more than 200000 instances']);
  });
});

describe('contradictions', () => {
  const INDEX = (name: string) => `{name: ${name}, method: gin, fields: [{pointer: /a}]}`;
  test.each([
    [
      'instance',
      'instances: [{host: a, username: u}, {host: a, port: 5432, username: v}]',
      '3:38: instances[1]: instance a:5432 is listed twice',
    ],
    [
      'instance in a range',
      'instances: [{host: "a[1-3]", username: u}, {host: a2, username: v}]',
      '3:45: instances[1]: instance a2:5432 is listed twice',
    ],
    [
      'dimension by two spellings',
      'dimensions: [{field: a}, {field: /a}]',
      '3:27: dimensions[1]: dimension /a is listed twice',
    ],
    [
      'index',
      `indexes: [${INDEX('i')}, ${INDEX('i')}]`,
      '3:61: indexes[1]: index i is listed twice',
    ],
    [
      'expression',
      `indexes: [{name: i, method: gin, fields: [{pointer: /a}, {expression: "data->'a'"}]}]`,
      "3:59: indexes[0].fields[1]: the expression data->'a' is listed twice",
    ],
  ])('the same %s twice', (_, section, expected) => {
    expect(sectionProblems(section)).toEqual([expected]);
  });

  test('in two files both places are shown', () => {
    const result = load(`${HEAD}config: {a: 1}`, `${HEAD}\nconfig: {a: 1}`);
    const shown = result.kind === 'problems' ? formatDiagnostics(result.problems) : '';
    expect(shown).toBe(
      [
        'b.yaml:4:13: config.a: config a is listed twice',
        '  | config: {a: 1}',
        '  |             ^',
        '  the other place: a.yaml:3:10',
      ].join('\n'),
    );
  });

  test.each([
    [
      'dimensions: [{field: a}]',
      'dimensions: [{field: b}]',
      'dimensions: dimensions stands in a second document',
    ],
    ['dimensions: []', 'dimensions: []', 'dimensions: dimensions stands in a second document'],
    [
      'servermap: {algorithm: ring}',
      'servermap: {algorithm: ring}',
      'servermap: servermap stands in a second document',
    ],
    ['cluster: a', 'cluster: b', 'cluster: the manifests are for two clusters: b and a'],
  ])('%s and %s', (first, second, expected) => {
    const found = problems(HEAD + first, HEAD + second);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^b\.yaml:3:\d+: /);
    expect(found[0]).toContain(expected);
  });

  test('the same cluster twice is fine, also in one file', () => {
    expect(problems(`${HEAD}cluster: a\n---\n${HEAD}cluster: a`)).toEqual([]);
  });

  test.each([
    ['dimensions: [{field: /a~2}]', '3:22: dimensions[0].field: '],
    [
      'indexes: [{name: i, method: gin, fields: [{pointer: /~}]}]',
      '3:53: indexes[0].fields[0].pointer: ',
    ],
  ])('malformed pointer: %s', (section, start) => {
    const found = sectionProblems(section);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(start)).toBe(true);
  });
});

describe('access methods', () => {
  const BRIN = 'indexes: [{name: i, method: brin, fields: [{pointer: /a}]}]\n';

  test('are checked against the managed config', () => {
    expect(sectionProblems(`${BRIN}config: {}`)).toEqual([
      '3:29: indexes[0].method: unknown access method "brin"',
    ]);
    expect(sectionProblems(`${BRIN}config: {additional_index_types: [brin]}`)).toEqual([]);
  });

  test('are left to the recorded config where config is not managed', () => {
    const state = desired(BRIN);
    expect(checkMethods(state, ['brin'])).toEqual([]);
    expect(checkMethods(state, [])).toMatchObject([
      { line: 3, column: 11, path: 'index i', message: 'unknown access method "brin"' },
    ]);
  });
});

describe('literal server map', () => {
  const I = (id: number, host: string) => `{id: ${id}, host: ${host}, port: 5432}`;
  const map = (key: string, schaufel: string, copies: string) =>
    `servermap: {map: {version: 1, ${key}: {schaufel: ${schaufel}, copies: [${copies}]}}}`;
  const INSTANCES = 'instances: [{host: a, username: u}, {host: b, username: u}]\n';

  test('is kept exactly', () => {
    const section = map('a_5432', I(1, 'a'), `${I(1, 'a')}, ${I(2, 'b')}`);
    expect(sectionProblems(INSTANCES + section)).toEqual([]);
    expect(desired(section).servermap).toMatchObject({ algorithm: 'literal' });
  });

  test('names instances that exist, when they are managed', () => {
    const section = map('a_5432', I(1, 'a'), `${I(1, 'a')}, ${I(3, 'c')}`);
    expect(sectionProblems(section)).toEqual([]);
    expect(sectionProblems(INSTANCES + section)[0]).toMatch(/copies\[1\]: c_5432 is not among/);
  });

  test.each([
    [
      map('b_5432', I(1, 'a'), `${I(1, 'a')}, ${I(2, 'b')}`),
      /schaufel: does not belong to b_5432$/,
    ],
    [map('a_5432', I(1, 'a'), I(1, 'a')), /copies: needs at least 2 items$/],
    [map('a_5432', I(1, 'a'), Array(3).fill(I(1, 'a')).join()), /copies: has more than 2 items$/],
    ['servermap: {map: {version: 2}}', /version: must be 1, not the number 2$/],
    ['servermap: {map: {}}', /map: version is missing$/],
  ])('%s', (section, expected) => {
    const found = sectionProblems(section);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });
});

test('every problem of every file is reported at once', () => {
  expect(problems(`${HEAD}cluster: 1\nfoo: 1`, 'a: [', `${HEAD}indexes: 1`)).toEqual([
    'a.yaml:3:10: cluster: must be a text, not the number 1',
    'a.yaml:4:1: foo: unknown field',
    expect.stringMatching(/^b\.yaml:1:5: : flow sequence/),
    'c.yaml:3:10: indexes: must be a list, not the number 1',
  ]);
});

test('any JSON value of a config key is kept exactly', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,9}x$/), fc.jsonValue({ maxDepth: 4 })),
      (config) => {
        const entries = Object.entries(config).filter(([, value]) => value !== null);
        const text = JSON.stringify(Object.fromEntries(entries));
        // A secret that is written out is refused.
        fc.pre(!mayNameSecret(text));
        const result = load(`${HEAD}config: ${text}`);
        if (text.includes('"__proto__":')) return result.kind === 'problems';
        if (result.kind === 'problems') return false;
        const read = new Map(result.desired.config?.map(({ key, value }) => [key, value]));
        return canonicalJson(read) === canonicalJson(parseJson(text));
      },
    ),
  );
});
