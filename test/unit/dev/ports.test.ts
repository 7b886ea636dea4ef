import { expect, test } from 'vitest';
import { onFreePort } from '../../../src/dev/ports.js';
import { LenkwerkError } from '../../../src/model/errors.js';

const taken = new LenkwerkError('environment', 'the port is taken', { retryable: true });

test('another port is tried when another process took the first', async () => {
  const ports: number[] = [];
  const result = await onFreePort(async (port) => {
    ports.push(port);
    if (ports.length < 3) throw taken;
    return 'started';
  });
  expect(result).toBe('started');
  expect(ports).toHaveLength(3);
});

test('it stops after some attempts, with the last error', async () => {
  let attempts = 0;
  const failing = onFreePort(async () => {
    attempts += 1;
    throw taken;
  });
  await expect(failing).rejects.toBe(taken);
  expect(attempts).toBe(5);
});

test('a failure that another port does not repair is thrown at once', async () => {
  let attempts = 0;
  const failing = onFreePort(async () => {
    attempts += 1;
    throw new LenkwerkError('environment', 'no such program');
  });
  await expect(failing).rejects.toThrow('no such program');
  expect(attempts).toBe(1);
});
