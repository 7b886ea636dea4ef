import { expect, test } from 'vitest';
import { type AccessFlags, gateOf } from '../../../src/console/access.js';
import { parseListenAddress } from '../../../src/runtime/listen.js';

const NONE: AccessFlags = {
  token: undefined,
  trustHeader: undefined,
  trustedProxy: undefined,
  allowHost: [],
};
const TOKEN = '0123456789abcdef';
const gate = (listen: string, flags: Partial<AccessFlags> = {}) =>
  gateOf(parseListenAddress(listen), { ...NONE, ...flags });

test.each(['127.0.0.1:80', 'localhost:80', '[::1]:80', '/run/console.sock'])(
  '%s is for this machine alone',
  (listen) => {
    expect(gate(listen)({ headers: { host: 'localhost:80' }, peer: '127.0.0.1' })).toBeUndefined();
  },
);

test.each([':80', '0.0.0.0:80', '[::]:80', '10.0.0.1:80', '127.evil.example:80'])(
  '%s needs a token or a proxy',
  (listen) => {
    expect(() => gate(listen)).toThrow('others could reach the console');
  },
);

test.each<[Partial<AccessFlags>, string]>([
  [{ token: 'short' }, 'a token has at least 16 characters'],
  [{ trustHeader: 'x-user' }, '--trust-header and --trusted-proxy belong together'],
  [{ trustedProxy: '10.0.0.0/8' }, '--trust-header and --trusted-proxy belong together'],
  [{ trustHeader: 'x-user', trustedProxy: '10.0.0.0/33' }, 'not a range of addresses'],
  [{ trustHeader: 'x-user', trustedProxy: 'proxy/8' }, 'not a range of addresses'],
  [{ token: TOKEN, trustHeader: 'a', trustedProxy: '::/0' }, 'exclude each other'],
])('refuses the flags %j', (flags, message) => {
  expect(() => gate('127.0.0.1:80', flags)).toThrow(message);
});

test('only known names are answered', () => {
  const check = gate('127.0.0.1:80', { allowHost: ['Console.example'] });
  const statusOf = (host: string | undefined) =>
    check({ headers: host === undefined ? {} : { host }, peer: '127.0.0.1' })?.status;
  expect(['127.0.0.1:80', 'LOCALHOST', '[::1]:80', 'console.example'].map(statusOf)).toEqual(
    new Array(4).fill(undefined),
  );
  const others = ['evil.example', '127.0.0.1.evil.example:80', '', undefined, 'localhost:80:80'];
  expect(others.map(statusOf)).toEqual(new Array(5).fill(421));
});

test('a token is asked for as Bearer or Basic', () => {
  const check = gate('127.0.0.1:80', { token: TOKEN });
  const statusOf = (authorization: string) =>
    check({ headers: { host: 'localhost', authorization }, peer: undefined })?.status;
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect([`Bearer ${TOKEN}`, basic(`me:${TOKEN}`)].map(statusOf)).toEqual([undefined, undefined]);
  const wrong = ['', 'Bearer', `Bearer ${TOKEN}1`, `Digest ${TOKEN}`, basic('me:'), TOKEN];
  expect(wrong.map(statusOf)).toEqual(new Array(6).fill(401));
});

test('the header counts from the proxy alone', () => {
  const check = gate(':80', {
    trustHeader: 'X-User',
    trustedProxy: '10.0.0.0/8',
    allowHost: ['console'],
  });
  const statusOf = (peer: string, user?: string) => {
    const own = user === undefined ? {} : { 'x-user': user };
    return check({ headers: { host: 'console', ...own }, peer })?.status;
  };
  expect(statusOf('10.1.2.3', 'anna')).toBeUndefined();
  expect(statusOf('::ffff:10.1.2.3', 'anna')).toBeUndefined();
  expect([statusOf('10.1.2.3'), statusOf('11.0.0.1', 'anna'), statusOf('::1', 'anna')]).toEqual(
    new Array(3).fill(403),
  );
});
