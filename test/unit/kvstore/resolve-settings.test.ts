import { describe, expect, test } from 'vitest';
import { isPlaceGiven, type RecordedStore } from '../../../src/kvstore/resolve-settings.js';
import { parseJson } from '../../../src/model/json.js';
import { errorOf } from '../../support/error-of.js';
import { storeFrom } from '../../support/store-sources.js';

const recordedStore = (config: object, type?: string): RecordedStore => ({
  type,
  config: parseJson(JSON.stringify(config)),
});

const RECORDED = { host: 'recorded', prefix: '/eu', tls: true, user: 'u', password: 'adopted-pw' };
const URL_LOGIN = 'etcd://url:url-pw@variable-url';
/** Every source of a place, and of a login, with what it gives. */
const PLACES = {
  flag: { url: { text: 'etcd://flag', source: 'command-line' } },
  variableUrl: { LENKWERK_STORE: URL_LOGIN },
  variable: { ETCDCTL_ENDPOINTS: 'variable' },
  project: {
    origin: 'lenkwerk.yaml: eu',
    url: 'etcds://project-u@project',
    userEnv: undefined,
    passwordEnv: 'LENKWERK_STORE_PROJECT',
  },
} as const;
const LOGIN = { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: 'etcdctl-pw' };
const FOREIGN = { PGPASSWORD: 'pg-pw', PGHOST: 'pg', DATABASE_URL: 'postgres://u:db-pw@db/x' };
const SECRETS = ['url-pw', 'etcdctl-pw', 'adopted-pw', 'env-pw', 'pg-pw', 'db-pw', 'project-pw'];

/** The secrets that may go to the chosen place; all others must be nowhere in its settings. */
const MAY_RECEIVE: Readonly<Record<string, readonly string[]>> = {
  flag: ['etcdctl-pw'],
  'variable-url': ['url-pw'],
  project: ['project-pw'],
  variable: ['etcdctl-pw'],
  recorded: ['adopted-pw', 'env-pw'],
};

interface Combination {
  readonly flag: boolean;
  readonly variableUrl: boolean;
  readonly project: boolean;
  readonly variable: boolean;
  readonly login: boolean;
  readonly recorded: 'no' | 'literal' | 'by reference';
  readonly type: 'etcd' | 'postgres' | undefined;
}

const EITHER = [false, true] as const;

function combinations(): readonly Combination[] {
  return EITHER.flatMap((flag) =>
    EITHER.flatMap((variableUrl) =>
      EITHER.flatMap((project) =>
        EITHER.flatMap((variable) =>
          EITHER.flatMap((login) =>
            (['no', 'literal', 'by reference'] as const).flatMap((recorded) =>
              ([undefined, 'etcd', 'postgres'] as const).map((type) => {
                return { flag, variableUrl, project, variable, login, recorded, type };
              }),
            ),
          ),
        ),
      ),
    ),
  );
}

test('each combination has the first place in the order, and no secret of another', () => {
  expect(combinations()).toHaveLength(288);
  for (const combination of combinations()) requireFirst(combination);
});

function expectedPlace(given: Combination): string {
  const { flag, variableUrl, project, variable, recorded, type } = given;
  if (flag) return 'flag';
  if (variableUrl) return 'variable-url';
  if (project) return 'project';
  const isOther = type === 'postgres';
  if (variable && !isOther) return 'variable';
  return recorded === 'no' ? 'none' : 'recorded';
}

function requireFirst(given: Combination): void {
  const { type, recorded } = given;
  const { user: _, password: __, ...place } = { ...RECORDED, dbname: 'kv', sslmode: 'require' };
  const byReference = { ...place, user: 'u', passwordEnv: 'LENKWERK_STORE_PASSWORD' };
  const config = recorded === 'literal' ? { ...RECORDED, dbname: 'kv' } : byReference;
  const sources = {
    url: given.flag ? PLACES.flag.url : undefined,
    project: given.project ? PLACES.project : undefined,
    variables: {
      ...FOREIGN,
      LENKWERK_STORE_PASSWORD: 'env-pw',
      LENKWERK_STORE_PROJECT: 'project-pw',
      ...(given.variableUrl ? PLACES.variableUrl : {}),
      ...(given.variable ? PLACES.variable : {}),
      ...(given.login ? LOGIN : {}),
    },
    recorded: recorded === 'no' ? { type, config: undefined } : recordedStore(config, type),
  };
  const expected = expectedPlace(given);
  if (expected === 'none') {
    expect(() => storeFrom(sources)).toThrow('no key-value store is configured');
    return;
  }
  const { settings } = storeFrom(sources);
  expect(settings.places[0]).toContain(` ${expected}:`);
  const text = JSON.stringify(settings);
  const received = SECRETS.filter((secret) => text.includes(secret));
  expect(MAY_RECEIVE[expected]).toEqual(expect.arrayContaining(received));
  const ownLogin = ['variable-url', 'project', 'recorded'].includes(expected);
  const hasLogin = ownLogin || given.login;
  expect(received).toHaveLength(hasLogin ? 1 : 0);
  expect(settings.description).not.toMatch(/-pw/);
}

test.each(['a', '/a//b', '/a\n', '/a'.repeat(600), '/a'.repeat(8_000_000)])(
  'a prefix that is none is refused, however long it is',
  (prefix) => {
    const recorded = recordedStore({ host: 'recorded', prefix }, 'etcd');
    const { code, message } = errorOf(() => storeFrom({ recorded }));
    expect(code).toBe('usage');
    expect(message.length).toBeLessThan(1_300);
  },
);

describe('the precedence', () => {
  const variables = { ETCDCTL_ENDPOINTS: 'variable' };
  const recorded = recordedStore({ host: 'recorded', prefix: '/eu' }, 'etcd');

  test.each(['etcd://given', 'postgres://u@given/kv'])('a URL wins: %s', (text) => {
    const url = { text, source: 'command-line' } as const;
    const { settings, placeFrom } = storeFrom({ url, variables, recorded });
    expect(settings.description).toContain('given');
    expect(settings.prefix).toBe('');
    expect(placeFrom).toBe('--kv');
  });

  test('then a variable that names the place of the store, with the prefix of the database', () => {
    const { settings, placeFrom } = storeFrom({ variables, recorded });
    expect(settings.description).toBe('etcd://variable:2379?prefix=/eu');
    expect(placeFrom).toBe('ETCDCTL_ENDPOINTS');
    expect(isPlaceGiven({ url: undefined, project: undefined, variables, recorded })).toBe(true);
  });

  test('a variable of another driver than the recorded one names nothing', () => {
    const config = { host: 'recorded', dbname: 'kv', user: 'u' };
    const store = recordedStore(config, 'postgres');
    const { settings } = storeFrom({ variables, recorded: store });
    expect(settings.description).toBe('postgres://u@recorded:5432/kv');
  });

  test('then the database', () => {
    const empty = { ETCDCTL_ENDPOINTS: '' };
    const { settings, placeFrom } = storeFrom({ variables: empty, recorded });
    expect(settings.description).toBe('etcd://recorded:2379?prefix=/eu');
    expect(placeFrom).toBe('kvstore_config');
    expect(isPlaceGiven({ url: undefined, project: undefined, variables: empty, recorded })).toBe(
      false,
    );
  });

  test('no source at all is an error with a hint', () => {
    expect(errorOf(() => storeFrom({}))).toMatchObject({
      code: 'usage',
      hint: expect.stringMatching(
        /--kv etcd:.* LENKWERK_STORE or ETCDCTL_ENDPOINTS.* kvstore_config/,
      ),
    });
  });
});

test.each(['http://a', 'localhost:2379', '', 'etcd:/a'])('no driver has the URL "%s"', (text) => {
  const refusal = errorOf(() => storeFrom({ url: { text, source: 'command-line' } }));
  expect(refusal).toMatchObject({ code: 'usage', hint: expect.stringContaining('etcds://') });
});

describe('a store of the project file', () => {
  const origin = 'lenkwerk.yaml: eu';
  const from = (url: string, login: object = {}, variables = {}) => {
    const project = { origin, url, userEnv: undefined, passwordEnv: undefined, ...login };
    return storeFrom({ project, variables });
  };
  const VARIABLES = { LENKWERK_STORE_USER: 'an/na', LENKWERK_STORE_P: 'p@w:?' };
  const LOGIN_BY_NAME = { userEnv: 'LENKWERK_STORE_USER', passwordEnv: 'LENKWERK_STORE_P' };

  test('gets the login that it refers to, whatever its characters are', () => {
    const { settings, placeFrom, loginFrom } = from(
      'etcds://a,b?prefix=/eu',
      LOGIN_BY_NAME,
      VARIABLES,
    );
    expect(settings).toMatchObject({
      settings: { auth: { username: 'an/na', password: 'p@w:?' } },
    });
    expect(settings.description).toBe('etcds://a:2379,b:2379?prefix=/eu');
    expect(placeFrom).toBe(origin);
    expect(loginFrom).toEqual(['LENKWERK_STORE_USER', 'LENKWERK_STORE_P']);
    const database = from('postgres://kv/db?sslmode=require', LOGIN_BY_NAME, VARIABLES).settings;
    const connection = { username: 'an/na', password: 'p@w:?', isRecorded: true };
    expect(database).toMatchObject({ settings: { connection } });
  });

  const REFUSED: [string, object, object, string][] = [
    ['etcds://u@a', LOGIN_BY_NAME, VARIABLES, 'the URL has a user, and userEnv names another'],
    ['etcds://u@a', {}, {}, 'user u has no password'],
    ['etcds://a', { passwordEnv: 'LENKWERK_STORE_P' }, VARIABLES, 'has a password and no user'],
    [
      'etcds://a',
      LOGIN_BY_NAME,
      {},
      'lenkwerk.yaml: eu: the variable LENKWERK_STORE_USER is not set',
    ],
    ['etcd://a', LOGIN_BY_NAME, VARIABLES, 'it would go out in plain text'],
    ['etcds://a', { passwordEnv: 'HOME' }, { HOME: '/' }, 'passwordEnv is not a variable'],
  ];
  test.each(REFUSED)('%s is refused: %#', (...[url, login, variables, message]) => {
    const refusal = errorOf(() => from(url, login, variables));
    expect(refusal.code).toBe('usage');
    expect(refusal.message).toContain(message);
    expect(`${refusal.message} ${refusal.hint}`).not.toContain('p@w');
  });
});

test('another driver is refused by name, and what is no object', () => {
  const recorded = (type: unknown, config: unknown) => () =>
    storeFrom({
      recorded: {
        type: parseJson(JSON.stringify(type)),
        config: parseJson(JSON.stringify(config)),
      },
    });
  expect(recorded('consul', { host: 'a' })).toThrow('consul');
  expect(recorded(1, {})).toThrow('not a string');
  expect(recorded('etcd', [])).toThrow('is not an object');
});

test('a type that is not recorded is etcd', () => {
  expect(storeFrom({ recorded: recordedStore({ host: 'a' }) }).settings.type).toBe('etcd');
});
