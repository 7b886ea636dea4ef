import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/commands/command-line.js';
import { DRIVERS, driverOfType, driverOfUrl } from '../../../src/kvstore/drivers.js';
import { storeFrom } from '../../support/store-sources.js';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

const settingsOf = (text: string) => storeFrom({ url: { text, source: 'command-line' } }).settings;

test('no two drivers share a type, a scheme or a variable', () => {
  const names = DRIVERS.flatMap(({ type, schemes, fromEnvironment }) => [
    `type ${type}`,
    ...schemes.map((scheme) => `scheme ${scheme}`),
    `variable ${fromEnvironment?.placeVariable ?? type}`,
  ]);
  expect(names).toHaveLength(new Set(names).size);
});

describe.each(DRIVERS)('$type', (driver) => {
  const { type, exampleUrl: text, limits } = driver;

  test('is found by its type and each of its schemes', () => {
    expect(driverOfType(type)).toBe(driver);
    for (const scheme of driver.schemes) expect(driverOfUrl(`${scheme}://a`)).toBe(driver);
  });

  test('reads its own example', () => {
    const settings = settingsOf(text);
    expect(settings.type).toBe(type);
    expect(driverOfUrl(settings.description)).toBe(driver);
    expect(settings.places).toHaveLength(1);
  });

  test('makes settings that are equal where they say the same, and only there', () => {
    expect(isDeepStrictEqual(settingsOf(text), settingsOf(text))).toBe(true);
    const moved = settingsOf(text.replace('host', 'elsewhere'));
    expect(isDeepStrictEqual(settingsOf(text), moved)).toBe(false);
  });

  test('takes every record that a plan lets through', () => {
    expect(limits.maxBytes).toBeGreaterThan(limits.maxValueBytes);
  });
});

describe('the stores are the same', () => {
  test('in --help', async () => {
    const parsed = await parseCommandLine(['--help'], '0.0.0');
    const words = parsed.kind === 'help' ? parsed.text.replace(/\s+/g, ' ') : '';
    expect(words).toContain(DRIVERS.map(({ exampleUrl }) => exampleUrl).join(', '));
  });

  test('in the table of README.md', () => {
    const rows = [...read('README.md').matchAll(/^\| `(\w+)` +\| `(\w+:[^`]*)` .* (\S+) +\|$/gm)];
    const expected = DRIVERS.map((d) => [d.type, d.exampleUrl, d.passwordPlace]);
    expect(rows.map(([, ...cells]) => cells)).toEqual(expected);
  });

  test('in the JSON schema of manifests', () => {
    const { definitions } = JSON.parse(read('schema/cluster.schema.json'));
    const { kvstore_type, kvstores } = definitions.config.properties;
    const types = DRIVERS.map(({ type }) => type);
    expect(kvstore_type.examples).toEqual(types);
    expect(kvstores.additionalProperties.properties.type.examples).toEqual(types);
  });
});
