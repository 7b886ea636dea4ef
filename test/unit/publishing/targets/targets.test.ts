import { expect, test } from 'vitest';
import { parseJson } from '../../../../src/model/json.js';
import {
  resolveTargets,
  type Target,
  type TargetSources,
} from '../../../../src/publishing/targets/targets.js';

interface Given {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly names?: readonly string[];
}

const HERE = { host: 'here', port: 2379 };
const EU = { type: 'etcd', config: { host: 'eu', port: 2379 } };

function resolve({ config = {}, url, variables = {}, names = [] }: Given): readonly Target[] {
  const recorded = new Map(
    Object.entries(config).map(([key, value]) => [key, parseJson(JSON.stringify(value))]),
  );
  const sources: TargetSources = {
    url: url === undefined ? undefined : { text: url, source: 'command-line' },
    variables,
    secretsDir: undefined,
    project: undefined,
    recorded,
    names,
  };
  return resolveTargets(sources);
}

function places(given: Given): readonly string[] {
  return resolve(given).map((target) =>
    'problem' in target
      ? `${target.name}! ${target.problem.message}`
      : `${target.name} ${target.settings.description.replace('etcd://', '').replace('?prefix=', '')}`,
  );
}

test('default is kvstore_config, the others are kvstores', () => {
  const config = { kvstore_config: HERE, kvstores: { us: { config: { host: 'us' } }, eu: EU } };
  expect(places({ config })).toEqual(['default here:2379', 'eu eu:2379', 'us us:2379']);
  expect(places({ config, names: ['eu'] })).toEqual(['eu eu:2379']);
});

test('the login of default is the one that its config refers to', () => {
  const config = { kvstore_config: { ...HERE, userEnv: 'LENKWERK_STORE_USER' } };
  expect(places({ config })[0]).toContain('LENKWERK_STORE_USER');
});

test('the driver of default is kvstore_type', () => {
  const config = { kvstore_type: 'none', kvstore_config: HERE };
  expect(places({ config })).toEqual([
    'default! target "default": kvstore_type: no such driver: "none"',
  ]);
  expect(places({ config: { ...config, kvstore_type: 'etcd' } })).toEqual(['default here:2379']);
});

test('without a default store only the others are served', () => {
  expect(places({ config: { kvstores: { eu: EU } } })).toEqual(['eu eu:2379']);
});

test('--kv is the store of default, or of the only target that is named', () => {
  const config = { kvstore_config: HERE, kvstores: { eu: EU } };
  const url = 'etcd://there';
  expect(places({ config, url })).toEqual(['default there:2379', 'eu eu:2379']);
  expect(places({ config, url, names: ['eu'] })).toEqual(['eu there:2379']);
  expect(places({ config, url, names: ['eu', 'default'] })).toEqual([
    'eu eu:2379',
    'default there:2379',
  ]);
});

test('ETCDCTL_ENDPOINTS is the store of default alone', () => {
  const variables = { ETCDCTL_ENDPOINTS: 'there:1' };
  expect(places({ config: { kvstores: { eu: EU } }, variables })).toEqual([
    'default there:1',
    'eu eu:2379',
  ]);
});

test('a target that cannot be used leaves the others alone', () => {
  const kvstores = { a: 1, b: { type: 'none', config: {} }, eu: EU, 'A-B': EU };
  expect(places({ config: { kvstores } })).toEqual([
    'A-B! target "A-B": not the name of a target: "A-B"',
    'a! target "a": it is no object with type and config',
    'b! target "b": kvstore_type: no such driver: "none"',
    'eu eu:2379',
  ]);
});

test('two targets do not share a store and a prefix', () => {
  const same = { type: 'etcd', config: { endpoints: ['x:1', 'eu:2379'] } };
  const kvstores = { eu: EU, same, beside: { ...EU, config: { host: 'b', port: 2379 } } };
  const refused = [
    'eu! target "eu": it has the same store and prefix as same',
    'same! target "same": it has the same store and prefix as eu',
  ];
  expect(places({ config: { kvstores } })).toEqual(['beside b:2379', ...refused]);
  // Another agent may serve the other one.
  expect(places({ config: { kvstores }, names: ['eu'] })).toEqual(refused.slice(0, 1));
});

test.each([
  ['/x', '/x/Config', true],
  ['/x/y/z', '/x', true],
  ['', '/x', true],
  ['/x', '/xy', false],
  ['/x/y', '/x/z', false],
])('prefixes %j and %j of one store: refused is %j', (a, b, refused) => {
  const at = (prefix: string) => ({ type: 'etcd', config: { ...EU.config, prefix } });
  const shown = (prefix: string) => (prefix === '' ? 'no prefix' : `prefix ${prefix}`);
  const found = places({ config: { kvstores: { a: at(a), b: at(b) } } });
  const message = (name: string) => `it shares a store and keys with ${name}: `;
  expect(found).toEqual(
    refused
      ? [
          `a! target "a": ${message('b')}${shown(a)} and ${shown(b)}`,
          `b! target "b": ${message('a')}${shown(b)} and ${shown(a)}`,
        ]
      : [`a eu:2379${a}`, `b eu:2379${b}`],
  );
  const other = { type: 'etcd', config: { host: 'elsewhere', port: 2379, prefix: b } };
  expect(places({ config: { kvstores: { a: at(a), b: other } } })).toHaveLength(2);
  expect(places({ config: { kvstores: { a: at(a), b: other } } }).join()).not.toContain('!');
});

test('--kv is the place of the one target that is named, whatever the others are', () => {
  const config = { kvstore_config: HERE, kvstores: { eu: EU } };
  expect(places({ config, url: 'etcd://here:2379', names: ['eu'] })).toEqual(['eu here:2379']);
  expect(places({ config, url: 'etcd://eu:2379' })).toEqual([
    'default! target "default": it has the same store and prefix as eu',
    'eu! target "eu": it has the same store and prefix as default',
  ]);
});

test.each([
  [{ names: ['Eu'] }, 'not the name of a target: "Eu"'],
  [{ names: ['a'.repeat(41)] }, 'not the name of a target'],
])('refuses %j', (given: Given, message) => {
  expect(() => resolve(given)).toThrow(message);
});

const US = { type: 'etcd', config: { host: 'us', port: 1 } };

test.each([
  [[1], 'config kvstores is not an object', []],
  [{ default: EU, us: US }, 'config kvstores names default', ['us us:1']],
])('what of kvstores %j cannot be read is a trouble beside the others', (kvstores, what, us) => {
  const trouble = `config kvstores! ${what}`;
  expect(places({ config: { kvstores } })).toEqual([...us, trouble]);
  const config = { kvstore_config: HERE, kvstores };
  expect(places({ config })).toEqual(['default here:2379', ...us, trouble]);
  expect(places({ config, names: ['default'] })).toEqual(['default here:2379']);
  expect(places({ config, names: ['eu'] })).toEqual([`eu! target "eu": ${what}`]);
});

test('reports what is missing', () => {
  expect(places({})[0]).toContain('no key-value store is configured');
  expect(places({ names: ['us'], config: { kvstores: { eu: EU } } })).toEqual([
    'us! target "us": config kvstores has no such target',
  ]);
  const config = { kvstore_config: HERE, kvstores: { eu: EU } };
  expect(resolve({ names: ['us'], config })[0]).toMatchObject({
    problem: { hint: expect.stringMatching(/^the targets are: default, eu;/) },
  });
});

test('the 33rd target, default first and then by name, is the one that is not served', () => {
  const name = (n: number) => `t${String(n).padStart(2, '0')}`;
  const numbers = Array.from({ length: 32 }, (_, n) => n).reverse();
  const kvstores = Object.fromEntries(
    numbers.map((n) => [name(n), { type: 'etcd', config: { host: name(n), port: 1 } }]),
  );
  expect(places({ config: { kvstores } }).join()).not.toContain('!');
  const config = { kvstores, kvstore_config: HERE };
  const surplus = 't31! target "t31": it is one of 33 targets, and the first 32 are served';
  const found = places({ config });
  expect([found.length, found[0], found[31], found[32]]).toEqual([
    33,
    'default here:2379',
    't30 t30:1',
    surplus,
  ]);
  expect(places({ config, names: ['t31', 't00'] })).toEqual([surplus, 't00 t00:1']);
});
