import { expect, test } from 'vitest';
import { LenkwerkError } from '../../../src/model/errors.js';
import { createLogger, type LoggerOptions } from '../../../src/runtime/logger.js';

function logged(options: Partial<LoggerOptions>, fields: Record<string, unknown>): string {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    format: 'json',
    write: (line) => lines.push(line),
    now: () => new Date(0),
    ...options,
  });
  logger.debug('not heard');
  logger.warn('heard', fields);
  return lines.join('');
}

test('one JSON object per line, bigint as text, errors as code, message and hint', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const error = new LenkwerkError('store-unavailable', 'no answer', { hint: 'wait', cause });
  const line = logged({}, { lsn: 2n ** 63n, error, level: 'forged', list: [1n] });
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'heard',
    lsn: '9223372036854775808',
    error: {
      code: 'store-unavailable',
      message: 'no answer',
      hint: 'wait',
      cause: { code: 'ECONNREFUSED', message: 'refused' },
    },
    list: ['1'],
  });
});

test.each(['human', 'json'] as const)('no secret reaches a %s line', (format) => {
  const line = logged(
    { format },
    {
      url: 'postgres://user:hush@host/db?sslmode=require&password=hush',
      endpoints: ['etcd://root:hush@[::1]:2379'],
      conninfo: "host=a password='hu\\'sh hush' user=b",
      kvstore: { host: 'a', password: 'hush', nested: { clientSecret: 'hush' } },
      PGPASSWORD: 'hush',
      error: new Error('cannot connect to postgres://u:hush@h'),
    },
  );
  expect(line).not.toContain('hush');
  expect(line).toContain('user');
  expect(line).toContain('***@host/db');
});

test('a human line holds nothing that controls a terminal', () => {
  const line = logged({ format: 'human' }, { key: '\u001b[2J\u202e\n', count: 3 });
  expect(line).toBe('warn: heard key="\\u001b[2J\\u202e\\n" count=3\n');
});

test('cycles and depth are bounded', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  expect(logged({}, loop)).toContain('...');
});
