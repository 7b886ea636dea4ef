import { describe, expect, test } from 'vitest';
import {
  AcknowledgementKeys,
  collectAcknowledgements,
  isAcknowledgement,
} from '../../../src/kvstore/acknowledgements.js';

describe('the key of an acknowledgement', () => {
  test.each([
    ['', 'default', 'host_5432', 'lenkwerk-nodes/-/default/host_5432'],
    ['/eu', 'default', 'a/b_1', 'lenkwerk-nodes/%2Feu/default/a%2Fb_1'],
    ['/{eu}/west', 'us', '{x}_1', 'lenkwerk-nodes/%2F{eu}%2Fwest/us/%7Bx%7D_1'],
    ['', '../x', '..', 'lenkwerk-nodes/-/..%2Fx/..'],
  ])('of prefix %o, target %o and node %o', (...given) => {
    const [prefix, target, node, key] = given;
    const keys = new AcknowledgementKeys(prefix, target);
    expect(keys.of(node)).toBe(key);
    expect(keys.nodeOf(key)).toBe(node);
    expect(isAcknowledgement(key)).toBe(true);
  });

  test('stands for one node, and no other key does', () => {
    const keys = new AcknowledgementKeys('', 'default');
    for (const name of ['%61', 'a%2fb', '%', '%ff', 'a/b', 'ä', 'x'.repeat(1_024)]) {
      expect([name, keys.nodeOf(`${keys.folder}${name}`)]).toEqual([name, undefined]);
    }
    expect(keys.nodeOf('lenkwerk-nodes/-/other/a_1')).toBeUndefined();
    expect(keys.nodeOf(keys.folder)).toBe('');
  });

  test('is that of no record', () => {
    for (const key of ['/lenkwerk-nodes/a', 'lenkwerk-nodes', '/', '']) {
      expect(isAcknowledgement(key)).toBe(false);
    }
  });
});

describe('a listing of acknowledgements', () => {
  const keys = new AcknowledgementKeys('', 'default');

  async function* listing(found: Iterable<readonly [string, string | undefined]>) {
    yield* found;
  }

  test('passes over and counts what is too long, no text, or of another form', async () => {
    const found = [
      [keys.of('a_1'), 'ä'.repeat(2_048)],
      [keys.of('b_1'), 'ä'.repeat(2_049)],
      [keys.of('c_1'), undefined],
      [`${keys.folder}%61_1`, 'x'],
    ] as const;
    const { byNode, passedOver } = await collectAcknowledgements(keys, listing(found));
    expect([...byNode.keys()]).toEqual(['a_1']);
    expect(passedOver).toBe(3);
  });

  test.each(['x', 'x'.repeat(5_000)])('ends when there are too many', async (text) => {
    let read = 0;
    async function* endless() {
      for (; ; read += 1) yield [keys.of(`node_${read}`), text] as const;
    }
    const { byNode, passedOver } = await collectAcknowledgements(keys, endless());
    expect(read).toBe(20_000);
    expect(byNode.size + passedOver).toBe(20_001);
    expect(passedOver).toBeGreaterThan(0);
  });
});
