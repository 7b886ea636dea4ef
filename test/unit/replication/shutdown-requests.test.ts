import { expect, test } from 'vitest';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { StatusRequests } from '../../../src/replication/shutdown-requests.js';

const AT = lsnFromBytes(100n);

test('repeated requests for a position that does not advance are detected', () => {
  const requests = new StatusRequests();
  const answers = Array.from({ length: 60 }, (_, i) => requests.inVain(AT, i * 100));
  expect(answers.indexOf(true)).toBe(51);
});

test('requests that are seconds apart are not', () => {
  const requests = new StatusRequests();
  const answers = Array.from({ length: 60 }, (_, i) => requests.inVain(AT, i * 1_500));
  expect(answers).not.toContain(true);
});

test('nor are those that a position follows', () => {
  const requests = new StatusRequests();
  const answers = Array.from({ length: 60 }, (_, i) => {
    return requests.inVain(lsnFromBytes(BigInt(i)), i * 100);
  });
  expect(answers).not.toContain(true);
});
