/** What becomes of each parameter and variable of libpq. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { KEYWORDS } from '../../../../src/postgres/libpq/keywords.js';
import { errorOf } from '../../../support/error-of.js';

/** Values that a supported parameter takes, other than a plain name. */
const VALUES: Readonly<Record<string, string>> = {
  hostaddr: '127.0.0.1',
  port: '6000',
  connect_timeout: '3',
  target_session_attrs: 'any',
  load_balance_hosts: 'random',
  sslmode: 'require',
  sslnegotiation: 'postgres',
  sslsni: '0',
  ssl_min_protocol_version: 'TLSv1.2',
  ssl_max_protocol_version: 'TLSv1.3',
};
const SERVICES = [{ path: '/services', text: '[x]\nuser=s\n' }];

const inUrl = (keyword: string, value: string) =>
  connectionSettings({ url: `postgres://h/d?${keyword}=${value}`, services: SERVICES }, {});
const inVariable = (variable: string, value: string) =>
  connectionSettings({ services: SERVICES }, { [variable]: value });

test('each one is used, ignored with a reason, or refused', () => {
  const kinds = KEYWORDS.map(({ use: { kind } }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['used', 'ignored', 'refused']));
  for (const { keyword, variable, use } of KEYWORDS) {
    const value = VALUES[keyword ?? ''] ?? 'x';
    const asks: (() => unknown)[] = [];
    if (keyword !== undefined) asks.push(() => inUrl(keyword, value));
    if (variable !== undefined) asks.push(() => inVariable(variable, value));
    expect(asks).not.toEqual([]);
    for (const ask of asks) {
      if (use.kind !== 'refused') ask();
      else {
        const { code, message } = errorOf(ask);
        expect({ code, message }).toMatchObject({
          code: 'usage',
          message: expect.stringContaining('is not supported'),
        });
      }
    }
  }
});

test('what is refused passes with the values that ask for what is done anyway, and empty', () => {
  for (const { keyword, variable, use } of KEYWORDS) {
    if (use.kind !== 'refused') continue;
    for (const value of [...use.unless, '']) {
      if (keyword !== undefined) inUrl(keyword, value);
      if (variable !== undefined) inVariable(variable, value);
    }
  }
});

test('what is ignored changes nothing', () => {
  for (const { keyword, variable, use } of KEYWORDS) {
    if (use.kind !== 'ignored') continue;
    if (keyword !== undefined) expect(inUrl(keyword, 'x')).toEqual(inUrl('host', 'h'));
    if (variable !== undefined) expect(inVariable(variable, 'x')).toEqual(inVariable('X', ''));
  }
});

test('README names every one that is used', () => {
  const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
  const [, sentence = ''] = /- Understood are ([^.]*)\./.exec(readme) ?? [];
  const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  const used = KEYWORDS.filter(({ use }) => use.kind === 'used').map(({ keyword }) => keyword);
  expect(named.sort()).toEqual(used.sort());
});

/** https://www.postgresql.org/docs/current/libpq-envars.html */
const DOCUMENTED = `PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGREQUIREAUTH
  PGCHANNELBINDING PGSERVICE PGSERVICEFILE PGOPTIONS PGAPPNAME PGSSLMODE PGREQUIRESSL
  PGSSLNEGOTIATION PGSSLCOMPRESSION PGSSLCERT PGSSLKEY PGSSLCERTMODE PGSSLROOTCERT PGSSLCRL
  PGSSLCRLDIR PGSSLSNI PGREQUIREPEER PGSSLMINPROTOCOLVERSION PGSSLMAXPROTOCOLVERSION PGGSSENCMODE
  PGKRBSRVNAME PGGSSLIB PGGSSDELEGATION PGCONNECT_TIMEOUT PGCLIENTENCODING PGTARGETSESSIONATTRS
  PGLOADBALANCEHOSTS PGMINPROTOCOLVERSION PGMAXPROTOCOLVERSION PGDATESTYLE PGTZ PGGEQO
  PGSYSCONFDIR PGLOCALEDIR`.split(/\s+/);

test('every variable of its documentation is in the table, once', () => {
  const variables = KEYWORDS.flatMap(({ variable }) => variable ?? []);
  expect([...variables].sort()).toEqual([...DOCUMENTED].sort());
  const keywords = KEYWORDS.flatMap(({ keyword }) => keyword ?? []);
  expect(new Set(keywords).size).toBe(keywords.length);
});
