/** What the login of a node may do at a store in PostgreSQL, and what others may make of that. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { LenkwerkError, StoreForbidden } from '../../../../src/model/errors.js';
import { attackOf, Logins } from '../../../support/logins.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';

let logins: Logins;
const stores: KeyValueStore[] = [];
beforeEach(async () => {
  logins = await Logins.create();
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await logins.close();
});

async function connectAs(login: string): Promise<KeyValueStore> {
  const store = await connectToPostgres(logins.urlOf(login));
  stores.push(store);
  return store;
}

const commit = (key: string) => freeCommit('/guards', [[key, '1']]);
const nodesOf = async (store: KeyValueStore) => [
  ...(await store.acknowledgements('default')).byNode,
];
const REFUSED = { code: 'store-rejected', retryable: false };

/** A login with the rights that README.md names. */
async function nodeLogin(): Promise<string> {
  const login = await logins.loginOf(undefined);
  await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${login};
    GRANT SELECT ON lenkwerk_kv.position, lenkwerk_kv.current, lenkwerk_kv.revision,
      lenkwerk_kv.log TO ${login};
    GRANT EXECUTE ON FUNCTION lenkwerk_kv.acknowledge TO ${login}`);
  return login;
}

describe('a store that is not prepared', () => {
  const missing = {
    code: 'store-unavailable',
    retryable: true,
    message: 'acknowledge as a_1: the store has no place for it yet',
    hint: 'an agent of this version makes it when it starts, where its login may',
  };

  test('has no acknowledgements, and names what is missing, with and without tables', async () => {
    const store = await connectAs('postgres');
    for (const prepare of [async () => {}, () => commitOrThrow(store, commit('/a'))]) {
      await prepare();
      expect(await nodesOf(store)).toEqual([]);
      await store.forgetAcknowledgements('default', ['a_1']);
      await expect(store.acknowledge('default', 'a_1', 'x')).rejects.toMatchObject(missing);
      expect(await store.troubles?.()).toEqual([]);
    }
    await store.prepareAcknowledgements('default');
    await store.acknowledge('default', 'a_1', 'x');
    expect(await nodesOf(store)).toEqual([['a_1', 'x']]);
  });

  test('is prepared by several agents at once, whose stores are new', async () => {
    const agents = await Promise.all(Array.from({ length: 4 }, () => connectAs('postgres')));
    await Promise.all(agents.map((agent) => agent.prepareAcknowledgements('default')));
    for (const agent of agents) await agent.acknowledge('default', 'a_1', 'x');
  });

  test('is prepared by an agent that may create tables in it, which is named', async () => {
    await commitOrThrow(await connectAs('postgres'), commit('/a'));
    const login = await logins.loginOf(undefined);
    await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${login};
      GRANT ALL ON ALL TABLES IN SCHEMA lenkwerk_kv TO ${login}`);
    const agent = await connectAs(login);
    const refused = agent.prepareAcknowledgements('default');
    const hint = `GRANT CREATE ON SCHEMA lenkwerk_kv TO "${login}"`;
    await expect(refused).rejects.toMatchObject({ ...REFUSED, hint });
    // It publishes all the same.
    await commitOrThrow(agent, commit('/b'));
    await logins.asAdmin(hint);
    await agent.prepareAcknowledgements('default');
    await agent.acknowledge('default', 'a_1', 'x');
    await logins.asAdmin(`DROP OWNED BY ${login}`);
  });
});

describe('the login of a node', () => {
  let agent: KeyValueStore;
  beforeEach(async () => {
    agent = await connectAs('postgres');
    await commitOrThrow(agent, commit('/a'));
    await agent.prepareAcknowledgements('default');
  });

  test('reads, watches and acknowledges, and does nothing else', async () => {
    const login = await nodeLogin();
    const node = await connectAs(login);
    expect((await node.read('/a'))?.value).toBe('1');
    const watching = new Watching(node, { prefix: '/' });
    await watching.receive(1);
    await commitOrThrow(agent, commit('/b'));
    await watching.receive(2);
    await watching.stop();
    await node.acknowledge('default', 'a_1', 'one');
    await node.acknowledge('default', 'a_1', 'two');
    expect(await nodesOf(agent)).toEqual([['a_1', 'two']]);
    for (const attempt of [
      () => node.commit(commit('/c')),
      () => node.acknowledgements('default'),
      () => node.forgetAcknowledgements('default', ['a_1']),
    ]) {
      await expect(attempt()).rejects.toBeInstanceOf(StoreForbidden);
    }
    const session = await logins.sessionOf(login);
    for (const statement of [
      'SELECT FROM lenkwerk_kv.acknowledgement',
      "INSERT INTO lenkwerk_kv.acknowledgement VALUES ('a', 'b', 'c')",
      "UPDATE lenkwerk_kv.acknowledgement SET value = ''",
      'DELETE FROM lenkwerk_kv.acknowledgement',
    ]) {
      await expect(session.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    expect(await nodesOf(agent)).toEqual([['a_1', 'two']]);
  });

  test('does not replace what another login reported, until it is forgotten', async () => {
    const [one, other] = [await connectAs(await nodeLogin()), await connectAs(await nodeLogin())];
    await one.acknowledge('default', 'a_1', 'one');
    const refused = other.acknowledge('default', 'a_1', 'other');
    await expect(refused).rejects.toMatchObject({
      ...REFUSED,
      message: 'acknowledge as a_1: another login acknowledges under this name',
    });
    await other.acknowledge('default', 'b_1', 'other');
    expect(await nodesOf(agent)).toEqual([
      ['a_1', 'one'],
      ['b_1', 'other'],
    ]);
    await agent.forgetAcknowledgements('default', ['a_1']);
    await other.acknowledge('default', 'a_1', 'other');
    expect((await agent.acknowledgements('default')).byNode.get('a_1')).toBe('other');
  });

  test('needs a right of its own, and who lists as well: both are named with the GRANT', async () => {
    const login = await logins.loginOf(undefined);
    await logins.asAdmin(`GRANT USAGE ON SCHEMA lenkwerk_kv TO ${login};
      GRANT SELECT ON lenkwerk_kv.position, lenkwerk_kv.current, lenkwerk_kv.revision,
        lenkwerk_kv.log TO ${login}`);
    const reader = await connectAs(login);
    const hintOf = async (refused: Promise<unknown>) => {
      const error = await refused.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreForbidden);
      return error instanceof LenkwerkError ? (error.hint ?? '') : '';
    };
    const [, trouble] = (await reader.troubles?.()) ?? [];
    expect(trouble).toMatchObject({ kind: 'rights', level: 'warn' });
    expect(trouble?.message).toContain('cannot read what nodes acknowledge: it lacks SELECT on');
    await logins.asAdmin(await hintOf(reader.acknowledge('default', 'a_1', 'x')));
    await reader.acknowledge('default', 'a_1', 'x');
    await logins.asAdmin(await hintOf(reader.acknowledgements('default')));
    expect(await nodesOf(reader)).toEqual([['a_1', 'x']]);
    await reader.forgetAcknowledgements('default', ['a_1']);
    expect(await nodesOf(reader)).toEqual([]);
    expect(await reader.troubles?.()).toHaveLength(1);
  });

  test.each([
    [
      'a trigger',
      `CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON lenkwerk_kv.acknowledgement
         FOR EACH ROW EXECUTE FUNCTION attack.fire()`,
    ],
    [
      'a table that refers to it',
      `CREATE TABLE attack.t (key bytea REFERENCES lenkwerk_kv.acknowledgement ON DELETE CASCADE);
       CREATE CONSTRAINT TRIGGER a AFTER DELETE ON attack.t DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION attack.fire()`,
    ],
  ])('does not become superuser by %s that it may attach', async (_, statements) => {
    const login = await nodeLogin();
    const node = await connectAs(login);
    await node.acknowledge('default', 'a_1', 'x');
    await logins.asAdmin(`GRANT CREATE ON DATABASE ${logins.database.name} TO ${login};
      GRANT TRIGGER, REFERENCES ON lenkwerk_kv.acknowledgement TO ${login}`);
    const session = await logins.sessionOf(login);
    await session.query(`${attackOf(login)}; ${statements}`);
    for (const attempt of [
      () => node.acknowledge('default', 'a_1', 'y'),
      () => node.acknowledge('default', 'b_1', 'y'),
      () => agent.forgetAcknowledgements('default', ['a_1']),
    ]) {
      await expect(attempt()).rejects.toMatchObject(REFUSED);
    }
    expect(await logins.isSuperuser(login)).toBe(false);
    await logins.asAdmin(`DROP OWNED BY ${login} CASCADE`);
  });

  test('cannot put functions of its own in place of those that are called', async () => {
    const login = await nodeLogin();
    await logins.asAdmin(`GRANT CREATE ON SCHEMA public TO ${login}`);
    const session = await logins.sessionOf(login);
    await session.query(`CREATE FUNCTION public.length(bytea) RETURNS int LANGUAGE sql AS
      $$SELECT 0$$; SET search_path = public, pg_catalog`);
    const long =
      "SELECT lenkwerk_kv.acknowledge('a', pg_catalog.decode(repeat('00', 4097), 'hex'))";
    await expect(session.query(long)).rejects.toMatchObject({ code: '23514' });
    await logins.asAdmin(`DROP OWNED BY ${login} CASCADE`);
  });
});
