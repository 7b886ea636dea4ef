/** What is no host, and instances that become ranges. */
import { describe, expect, test } from 'vitest';
import { expandHostRange, foldInstances } from '../../../src/manifest/host-range.js';
import { desired, HEAD, load, sectionProblems } from '../../support/states/manifest-problems.js';

describe('hosts', () => {
  test.each([
    ['a:5432', 'write host: a, port: 5432'],
    ['a-{1..3}', 'ranges are written a-[1-3]'],
    ['a-{1,3}', 'ranges are written storage-[001-120]'],
    ['a-*', 'ranges are written storage-[001-120]'],
    ['a,b', 'write an entry for each host, or a range'],
    ['me@a', 'the user name stands under username'],
  ])('no host: %s', (host, hint) => {
    const section = `instances: [{host: "${host}", username: u}]`;
    expect(sectionProblems(section).join()).toContain('3:20: instances[0].host: ');
    const result = load(`${HEAD}${section}`);
    expect(result).toMatchObject({ kind: 'problems', problems: [{ hint }] });
  });

  test('an address is a host', () => {
    for (const host of ['::1', '10.0.0.1', 'fe80::1:2']) {
      expect(expandHostRange(host)).toEqual({ kind: 'hosts', hosts: [host] });
    }
  });
});

const source = { file: 'a.yaml', line: 1, column: 1 };

function folded(...hosts: readonly string[]): readonly string[] {
  const instances = hosts.map((text) => {
    const [host = '', port = '5432'] = text.split(' ');
    return { host, port: Number(port), username: 'u', status: 'online', source } as const;
  });
  const result = foldInstances(instances);
  const yaml = result.map(({ host, port }) => `{host: "${host}", port: ${port}, username: u}`);
  const read = desired(`instances: [${yaml.join()}]`).instances ?? [];
  expect(read.map(({ host, port }) => `${host} ${port}`).sort()).toEqual(
    instances.map(({ host, port }) => `${host} ${port}`).sort(),
  );
  return result.map(({ host, port }) => `${host} ${port}`);
}

test('hosts that count up become ranges, each with its port', () => {
  const many = Array.from({ length: 240 }, (_, at) => `db-${String(at + 1).padStart(3, '0')}`);
  expect(folded(...many)).toEqual(['db-[001-240] 5432']);
  const both = ['a1', 'a2', 'a3'].flatMap((host) => [`${host} 1`, `${host} 2`]);
  expect(folded(...both)).toEqual(['a[1-3] 1', 'a[1-3] 2']);
  expect(folded('a9', 'a10', 'a11', 'b')).toEqual(['a[9-11] 5432', 'b 5432']);
});

test('what would be read otherwise stays as it is', () => {
  const long = ['w12345678901234', 'w12345678901235', 'w12345678901236'];
  expect(folded(...long)).toEqual(long.map((host) => `${host} 5432`));
  expect(folded('a1', 'a2', 'b1')).toHaveLength(3);
});
