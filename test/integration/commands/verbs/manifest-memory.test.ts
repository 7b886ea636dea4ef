/** The largest manifests of each form that are read, and one more entry, which is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runMeasured } from '../../../support/cli/peak-memory.js';
import { scratchFolder } from '../../../support/scratch.js';

const CLI = fileURLToPath(new URL('../../../../dist/cli.js', import.meta.url));
const HEAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';
const MAX_PEAK_MIB = 360;
const DEADLINE_MS = 60_000;

/** A section's name, an entry, and how many of them are read. */
const LARGEST: readonly (readonly [string, string, (i: number) => string, number])[] = [
  ['config keys', 'config:\n', (i) => `  a${i}: 1\n`, 250_000],
  ['dimensions', 'dimensions:\n', (i) => `  - {field: /a${i}, default: x}\n`, 149_998],
  ['dimensions twice', 'dimensions:\n', () => '  - {field: /a, default: x}\n', 149_998],
  [
    'indexes twice',
    'indexes:\n',
    () => '  - {name: a, method: btree, fields: [{pointer: /a, type: text}]}\n',
    49_999,
  ],
  [
    'indexes',
    'indexes:\n',
    (i) => `  - {name: i${i}, method: btree, fields: [{expression: "lower(data->>'k${i}')"}]}\n`,
    49_999,
  ],
  [
    'stores',
    'config:\n  kvstores:\n',
    (i) => `    k${i}: {type: etcd, config: {endpoints: ["h${i}:1"]}}\n`,
    49_999,
  ],
  ['entries of a servermap', 'servermap:\n  map:\n', (i) => `    k${i}: [h${i}, 1]\n`, 149_997],
  ['instances', 'instances:\n', (i) => `  - {host: h${i}, username: u}\n`, 149_998],
];

describe.each(LARGEST)('%s', (...[, section, entry, count]) => {
  async function validate(entries: number) {
    const file = join(await scratchFolder(), 'large.yaml');
    writeFileSync(
      file,
      HEAD + section + Array.from({ length: entries }, (_, i) => entry(i)).join(''),
    );
    return await runMeasured([CLI, 'validate', file], { exitCodes: [0, 3] });
  }

  test('as many as are read', { timeout: DEADLINE_MS }, async () => {
    const { peakMib, stderr } = await validate(count);
    expect(stderr).not.toMatch(/may hold together|more than \d+ config keys/);
    expect(peakMib).toBeLessThan(MAX_PEAK_MIB);
  });

  test('one more', { timeout: DEADLINE_MS }, async () => {
    const { peakMib, stderr } = await validate(count + 1);
    expect(stderr).toMatch(/may hold together|more than \d+ config keys/);
    expect(peakMib).toBeLessThan(MAX_PEAK_MIB);
  });
});

test('as many fields as are read, none of which is known', { timeout: DEADLINE_MS }, async () => {
  const file = join(await scratchFolder(), 'large.yaml');
  writeFileSync(file, HEAD + Array.from({ length: 749_997 }, (_, i) => `a${i}: x\n`).join(''));
  const { peakMib, stderr } = await runMeasured([CLI, 'validate', file], { exitCodes: [3] });
  expect(stderr).toContain('error: 749997 problems in the manifests; the first 50 are shown');
  // The check of the schema keeps each violation.
  expect(peakMib).toBeLessThan(2 * MAX_PEAK_MIB);
});
