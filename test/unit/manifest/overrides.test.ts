/** Overrides: what they replace, what they leave, and where they contradict the manifests. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatJson } from '../../../src/model/json.js';
import type { DesiredState } from '../../../src/model/resources.js';
import { placeText } from '../../../src/model/text.js';
import { HEAD, load, problems } from '../../support/states/manifest-problems.js';

const BASE = `${HEAD}instances: [{host: 'db-[1-3]', username: u, status: online}]
dimensions: [{field: a, default: x}, {field: b}]
indexes:
  - {name: one, method: hash, fields: [{pointer: /a}]}
  - {name: two, method: btree, tablespace: fast, fields: [{pointer: /b}, {pointer: /c}]}
servermap: {algorithm: ring}
config: {retain_hrs: 24, kafka_topic: events}
`;

function overrides(text: string): string {
  return `apiVersion: lenkwerk/v1\nkind: Overrides\n${text}`;
}

function desired(...texts: readonly string[]): DesiredState {
  const result = load(BASE, ...texts.map(overrides));
  if (result.kind === 'ok') return result.desired;
  throw new Error(JSON.stringify(result.problems));
}

function found(...texts: readonly string[]): readonly string[] {
  return problems(BASE, ...texts.map(overrides));
}

const withoutPlaces = (state: unknown) =>
  JSON.parse(JSON.stringify(state, (key, value: unknown) => (key === 'source' ? null : value)));

describe('an override', () => {
  test('of an instance replaces the fields that it names, in a range as well', () => {
    const { instances } = desired("instances: [{host: 'db-[2-3]', status: read-only}]");
    expect(instances?.map(({ host, username, status }) => [host, username, status])).toEqual([
      ['db-1', 'u', 'online'],
      ['db-2', 'u', 'read-only'],
      ['db-3', 'u', 'read-only'],
    ]);
  });

  test('with null leaves the field out', () => {
    const { instances, indexes, dimensions } = desired(
      `instances: [{host: db-1, status: null}]
indexes: [{name: two, tablespace: null}]
dimensions: [{field: /a, default: null}]`,
    );
    expect(instances?.[0]?.status).toBeUndefined();
    expect(indexes?.[1]?.tablespace).toBe('pg_default');
    expect(dimensions?.map((one) => [one.field, one.default])).toEqual([
      ['/a', 'notexist'],
      ['/b', 'notexist'],
    ]);
  });

  test('of an index replaces its list of fields whole, and nothing else', () => {
    const { indexes } = desired('indexes: [{name: two, fields: [{expression: "(data)"}]}]');
    const [, two] = withoutPlaces(indexes);
    expect(two).toEqual({
      ...{ name: 'two', method: 'btree', tablespace: 'fast', source: null },
      fields: [{ expression: '(data)', source: null }],
    });
  });

  test('of a config value and of the server map replaces it whole', () => {
    const map = 'servermap: {map: {version: 1}}';
    const { config, servermap } = desired('config: {kafka_topic: other}', map);
    expect(config?.map(({ key, value }) => [key, formatJson(value)])).toEqual([
      ['retain_hrs', '24'],
      ['kafka_topic', '"other"'],
    ]);
    expect(servermap?.algorithm).toBe('literal');
  });

  test('has its own place, and that of what it replaces', () => {
    const { instances, config } = desired(
      'instances: [{host: db-1, username: v}]',
      'config: {retain_hrs: 1}',
    );
    const places = [...(instances ?? []), ...(config ?? [])].map(({ source }) => placeText(source));
    expect(places).toEqual([
      'b.yaml:3:13, was a.yaml:3:13',
      'a.yaml:3:13',
      'a.yaml:3:13',
      'c.yaml:3:10, was a.yaml:9:10',
      'a.yaml:9:26',
    ]);
  });

  test('in the same file, and of several fields from several documents, is as good', () => {
    const one = desired(
      'indexes: [{name: one, method: gin}]\n---',
      'indexes: [{name: one, tablespace: t}]',
    );
    expect(one.indexes?.[0]).toMatchObject({ method: 'gin', tablespace: 't' });
    const both = load(`${BASE}---\n${overrides('config: {retain_hrs: 2}')}`);
    expect(both.kind).toBe('ok');
  });

  test('removes what its addresses name, the section stays managed', () => {
    const addresses = ['index/one', 'index/two', 'config/retain_hrs', 'dimension//b'];
    const state = desired(`remove: ['${addresses.join("', '")}', 'instance/db-2:5432']`);
    expect(state.indexes).toEqual([]);
    expect(state.config).toHaveLength(1);
    expect(state.dimensions).toHaveLength(1);
    expect(state.instances).toHaveLength(2);
  });
});

describe('a problem', () => {
  test.each([
    [
      'instances: [{host: db-4, status: offline}]',
      'b.yaml:3:14: instances[0]: no manifest has instance/db-4:5432',
    ],
    ['indexes: [{name: tow, method: gin}]', 'b.yaml:3:12: indexes[0]: no manifest has index/tow'],
    ['config: {retain: 1}', 'b.yaml:3:18: config.retain: no manifest has config/retain'],
    ['remove: [index/three]', 'b.yaml:3:10: remove[0]: no manifest has index/three'],
    ['remove: [servermap]', 'b.yaml:3:10: remove[0]: no manifest has servermap'],
    ['remove: ["index/*"]', 'b.yaml:3:10: remove[0]: no manifest has index/*'],
    [
      'indexes: [{name: one, method: gni}]',
      'b.yaml:3:31: indexes[0].method: unknown access method "gni"',
    ],
    [
      'instances: [{host: db-1, username: null}]',
      'b.yaml:3:36: instances[0].username: has no value',
    ],
    ['config: {kafka_topic: null}', 'b.yaml:3:23: config.kafka_topic: has no value'],
    ['instances: [{hots: db-1}]', 'b.yaml:3:14: instances[0].hots: unknown field'],
  ])('%s', (text, expected) => {
    expect(
      found(text).some((one) => one.startsWith(expected)),
      found(text).join('\n'),
    ).toBe(true);
  });

  test('of a value of config shows at the override', () => {
    const store = (more: string) => `config: {kvstore_config: {host: a, port: 1${more}}}`;
    const base = HEAD + store('');
    expect(problems(base, overrides(store(', password: hush'))).join()).toMatch(
      /^b\.yaml:3:45: config\.kvstore_config\.password: a secret is written out/,
    );
  });

  test('names the nearest', () => {
    const result = load(BASE, overrides('indexes: [{name: tow, method: gin}]'));
    expect(result).toMatchObject({ problems: [{ hint: 'did you mean index/two?' }] });
  });

  test.each([
    ['config: {retain_hrs: 1}', 'config: {retain_hrs: 2}', 'config/retain_hrs is overridden twice'],
    [
      "instances: [{host: 'db-[1-2]', status: offline}]",
      'instances: [{host: db-2, status: online}]',
      'status of instance/db-2:5432 is overridden twice',
    ],
    [
      'servermap: {algorithm: ring}',
      'servermap: {algorithm: ring}',
      'servermap is overridden twice',
    ],
    ['remove: [index/one]', 'remove: [index/one]', 'index/one is removed twice'],
    ['remove: [index/one]', 'indexes: [{name: one, method: gin}]', 'is overridden and removed'],
  ])('%s and %s contradict each other, with both places', (one, other, message) => {
    for (const texts of [
      [one, other],
      [other, one],
    ]) {
      const result = load(BASE, ...texts.map(overrides));
      const related = { file: expect.stringMatching(/^[bc]\.yaml$/) };
      expect(result).toMatchObject({ problems: [{ message, related }] });
    }
  });

  test('of a removed instance that a written server map names shows at the map', () => {
    const place = (id: number) => `{id: ${id}, host: db-${id}, port: 5432}`;
    const map = `{map: {version: 1, db-1_5432: {schaufel: ${place(1)}, copies: [${place(1)}, ${place(2)}]}}}`;
    const both = `servermap: ${map}\nremove: ['instance/db-2:5432']`;
    expect(found(both).join()).toContain('db-2_5432 is not among the instances');
  });
});

test('what both kinds of document describe is described alike', () => {
  const read = (name: string) =>
    JSON.parse(
      readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8'),
    );
  const own = read('overrides').definitions;
  const { definitions } = read('cluster');
  for (const name of ['field', 'literalServermap', 'servermapEntry', 'servermapInstance']) {
    expect(own[name]).toEqual(definitions[name]);
  }
  expect(own.config.properties).toEqual(definitions.config.properties);
  expect(own.servermap.properties).toEqual(definitions.servermap.properties);
  const { required: _, ...index } = definitions.index.properties;
  expect(Object.keys(own.index.properties)).toEqual(Object.keys(index));
});
