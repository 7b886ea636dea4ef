import { describe, expect, it } from 'vitest';
import { formatJson } from '../../../src/model/json.js';
import { pairRing, ringServermap, rotateNum } from '../../../src/model/servermap.js';

/** `a1 a2 b1` as `a1>b1 ...`: the letter is the host, the digit the port. */
function pairs(instances: string): string {
  const members = instances.split(' ').filter((name) => name !== '');
  const ring = pairRing(members.map(([host = '', port]) => ({ host, port: Number(port) })));
  return ring.map(({ first: f, second: s }) => `${f.host}${f.port}>${s.host}${s.port}`).join(' ');
}

describe('the ring', () => {
  it.each([
    ['', ''],
    ['a1', 'a1>a1'],
    ['a1 a2 a3', 'a1>a1 a2>a2 a3>a3'],
    ['a1 b1', 'a1>b1 b1>a1'],
    ['c1 a1 b1', 'a1>b1 b1>c1 c1>a1'],
    ['b2 b1 a2 a1', 'a1>b1 a2>b2 b1>a1 b2>a2'],
    ['a1 a2 b1', 'a1>b1 a2>a1 b1>a2'],
    ['a1 a2 a3 b1', 'a1>b1 a2>a1 a3>a2 b1>a3'],
  ])('of "%s" is "%s"', (instances, expected) => {
    expect(pairs(instances)).toBe(expected);
  });

  it('sorts ports as numbers and hosts without a locale', () => {
    const ring = pairRing([
      { host: 'a', port: 15432 },
      { host: 'Z', port: 5432 },
      { host: 'a', port: 5432 },
    ]);
    expect(ring.map(({ first }) => `${first.host}:${first.port}`)).toEqual([
      'Z:5432',
      'a:5432',
      'a:15432',
    ]);
  });

  it('never puts both copies on one host when hosts have equal numbers', () => {
    for (let hosts = 2; hosts <= 6; hosts += 1) {
      for (let each = 1; each <= 4; each += 1) {
        const members = Array.from({ length: hosts * each }, (_, at) => ({
          host: `host${at % hosts}`,
          port: 5432 + Math.floor(at / hosts),
        }));
        expect(rotateNum(members)).toBe(each);
        const ring = pairRing(members);
        expect(ring.filter(({ first, second }) => first.host === second.host)).toEqual([]);
        expect(new Set(ring.map(({ second }) => second)).size).toBe(members.length);
      }
    }
  });
});

describe('the document', () => {
  it('of three hosts', () => {
    const instances = [1, 2, 3].map((id) => ({ id, host: `host${id}`, port: 5432 }));
    const one = '{"id":1,"host":"host1","port":5432}';
    const two = '{"id":2,"host":"host2","port":5432}';
    const three = '{"id":3,"host":"host3","port":5432}';
    expect(formatJson(ringServermap(instances))).toBe(
      `{"version":1,"host1_5432":{"schaufel":${one},"copies":[${one},${two}]},` +
        `"host2_5432":{"schaufel":${two},"copies":[${two},${three}]},` +
        `"host3_5432":{"schaufel":${three},"copies":[${three},${one}]}}`,
    );
  });

  it('of no instance', () => {
    expect(formatJson(ringServermap([]))).toBe('{"version":1}');
  });
});
