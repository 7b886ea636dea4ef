/** Violations of the schema: each at its place, in words, with the nearest known name. */
import { describe, expect, test } from 'vitest';
import {
  HEAD,
  load,
  problems,
  sectionProblems,
} from '../../../support/states/manifest-problems.js';

describe('wrong values', () => {
  test.each([
    [
      'instances: [{hots: a, username: u}]',
      ['3:14: instances[0]: host is missing', '3:14: instances[0].hots: unknown field'],
    ],
    [
      'instances: [{host: a/b, username: u}]',
      ['3:20: instances[0].host: "a/b" is not well-formed'],
    ],
    ['instances: [{host: a, username: ""}]', ['3:33: instances[0].username: must not be empty']],
    [
      'instances: [{host: a, username: u, port: "5432"}]',
      ['3:42: instances[0].port: must be a whole number, not the text "5432"'],
    ],
    [
      'instances: [{host: a, username: u, port: 5432.0}]',
      ['3:42: instances[0].port: must be a whole number, not the number 5432.0'],
    ],
    [
      'instances: [{host: a, username: u, port: 65536}]',
      ['3:42: instances[0].port: must be at most 65535, not the number 65536'],
    ],
    [
      'instances: [{host: a, username: u, status: up}]',
      [
        '3:44: instances[0].status: must be offline, read-only, write-only or online, not the text "up"',
      ],
    ],
    ['instances: 1', ['3:12: instances: must be a list, not the number 1']],
    ['instances:', ['3:1: instances: has no value']],
    [
      'dimensions: [{field: a, default: 1}]',
      ['3:34: dimensions[0].default: must be a text, not the number 1'],
    ],
    [
      'config: {kvstores: {Süd: {type: etcd, config: {}}}}',
      ['3:21: config.kvstores["Süd"]: "Süd" is not a name that can be used here'],
    ],
    [
      'indexes: [{name: aaaaaaaaaaaaaaaaa, method: gin, fields: [{pointer: /a}]}]',
      ['3:18: indexes[0].name: is longer than 16 characters'],
    ],
    [
      'indexes: [{name: a, method: gin, fields: [{pointer: /a, expression: b}]}]',
      ['3:44: indexes[0].fields[0]: exactly one of pointer and expression is needed'],
    ],
    [
      'indexes: [{name: a, method: gin, fields: [{type: int}]}]',
      ['3:44: indexes[0].fields[0]: exactly one of pointer and expression is needed'],
    ],
    [
      'indexes: [{name: a, method: gin, fields: [{expression: b, type: int}]}]',
      ['3:44: indexes[0].fields[0]: type goes with pointer, which is missing'],
    ],
    [
      'servermap: {algorithm: rong}',
      ['3:24: servermap.algorithm: must be ring, not the text "rong"'],
    ],
    ['config: {production: 2}', ['3:22: config.production: must be 0 or 1, not the number 2']],
    ['config: {production: 1.0}', ['3:22: config.production: must be 0 or 1, not the number 1.0']],
    ['config: {production: yes}', ['3:22: config.production: must be 0 or 1, not the text "yes"']],
    [
      'config: {retain_hrs: x}',
      ['3:22: config.retain_hrs: must be a whole number within its bounds, not "x"'],
    ],
    [
      'config: {dimensions_hrs_in_future: 0}',
      ['3:36: config.dimensions_hrs_in_future: must be at least 1, not the number 0'],
    ],
    ['config: {anything: null}', ['3:20: config.anything: has no value']],
    ['config: {"": 1}', ['3:10: config[""]: must not be empty']],
    [
      'config: {kvstore_config: {port: 1}}',
      ['3:27: config.kvstore_config: host or endpoints is needed'],
    ],
    [
      'indexes: [{name: i, method: gin, fields: [{pointer: user/id}]}]',
      ['3:53: indexes[0].fields[0].pointer: "user/id" does not begin with a slash'],
    ],
    ['widgets: []', ['3:1: widgets: unknown field']],
  ])('%s', (section, expected) => {
    expect(sectionProblems(section)).toEqual(expected);
  });

  test('apiVersion and kind', () => {
    expect(problems('apiVersion: lenkwerk/v2\n')).toEqual([
      '1:1: : kind is missing',
      '1:13: apiVersion: must be lenkwerk/v1, not the text "lenkwerk/v2"',
    ]);
  });

  test('16 characters are counted as characters, not as UTF-16 units', () => {
    const name = '\u{1F600}'.repeat(16);
    expect(
      sectionProblems(`indexes: [{name: ${name}, method: gin, fields: [{pointer: /a}]}]`),
    ).toEqual([]);
  });

  test('any other config key holds any value', () => {
    const section = 'config: {a: [1, {b: null}], c/d e: "", toString: 1, constructor: {x: y}}';
    expect(sectionProblems(section)).toEqual([]);
  });

  test('the whole numbers of the interface may be text', () => {
    expect(
      sectionProblems('config: {production: "1", retain_hrs: "48", schaufel_threads: "4"}'),
    ).toEqual([]);
  });
});

describe('hints', () => {
  test.each([
    ['instances: [{hots: a, username: u}]', 'did you mean host?'],
    ['indexs: []', 'did you mean indexes?'],
    [
      'indexes: [{name: a, metod: gin, method: gin, fields: [{pointer: /a}]}]',
      'did you mean method?',
    ],
    ['indexes: [{name: a, method: gin, fields: [{pointer: /a, tpye: x}]}]', 'did you mean type?'],
    ['instances: [{host: a, username: u, status: onlien}]', 'did you mean online?'],
    ['dimensions: [{field: a, default: 1.10}]', 'quote it: "1.10"'],
    ['indexes:', 'write [] for none at all; delete the key to leave the section alone'],
    ['instances: [{host: a, username: u, zzz: 1}]', 'known here: host, port, username, status'],
  ])('%s: %s', (section, hint) => {
    const result = load(HEAD + section);
    const hints = result.kind === 'problems' ? result.problems.map((p) => p.hint) : [];
    expect(hints).toContain(hint);
  });
});
