/** Every exception that biome.json makes from a rule is needed. Unused suppressions it finds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../support/house/source-files.js';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

interface Override {
  readonly includes: readonly string[];
  readonly linter: { readonly rules: Readonly<Record<string, Readonly<Record<string, string>>>> };
}

interface BiomeConfig {
  readonly overrides: readonly Override[];
}

/** A place where biome reports a rule such as `style/noProcessEnv`. */
interface Finding {
  readonly rule: string;
  readonly path: string;
}

interface Report {
  readonly diagnostics: readonly {
    /** `lint/style/noProcessEnv`. */
    readonly category: string;
    readonly location: { readonly path: string };
  }[];
}

const CONFIG: BiomeConfig = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));

function rulesOf({ linter }: Override): readonly string[] {
  return Object.entries(linter.rules).flatMap(([group, rules]) =>
    Object.keys(rules).map((name) => `${group}/${name}`),
  );
}

/** What biome reports of the rules that have exceptions, without the exceptions. */
function findings(): readonly Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'lenkwerk-biome-'));
  try {
    const strict = { ...CONFIG, overrides: [], plugins: [], vcs: { enabled: false } };
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(strict));
    const rules = CONFIG.overrides.flatMap(rulesOf).map((rule) => `--only=${rule}`);
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/biome'),
      [
        ...['lint', `--config-path=${folder}`, '--reporter=json', '--max-diagnostics=none'],
        ...[...rules, 'src', 'test', 'examples'],
      ],
      { cwd: ROOT, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES },
    );
    const report: Report = JSON.parse(stdout);
    return report.diagnostics.map(({ category, location }) => {
      return { rule: category.replace('lint/', ''), path: location.path };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `rule in include`, for each exception to a rule that no file needs. */
function unneeded(overrides: readonly Override[], found: readonly Finding[]): readonly string[] {
  return overrides.flatMap((override) =>
    override.includes.flatMap((include) =>
      rulesOf(override)
        .filter((rule) => !found.some((one) => one.rule === rule && covers(include, one.path)))
        .map((rule) => `${rule} in ${include}`),
    ),
  );
}

function covers(include: string, path: string): boolean {
  return include.endsWith('/**') ? path.startsWith(include.slice(0, -2)) : path === include;
}

test('every exception is needed', () => {
  expect(unneeded(CONFIG.overrides, findings())).toEqual([]);
});

describe('the check itself', () => {
  const override = (includes: readonly string[], name: string): Override => {
    return { includes, linter: { rules: { style: { [name]: 'off' } } } };
  };

  test('finds exceptions that no file needs', () => {
    const found = [
      { rule: 'style/noEnum', path: 'test/a.ts' },
      { rule: 'style/noEnum', path: 'src/a.ts' },
    ];
    const overrides = [
      override(['src/a.ts', 'src/b.ts', 'test/**', 'examples/**'], 'noEnum'),
      override(['src/a.ts'], 'noDefaultExport'),
    ];
    expect(unneeded(overrides, found)).toEqual([
      'style/noEnum in src/b.ts',
      'style/noEnum in examples/**',
      'style/noDefaultExport in src/a.ts',
    ]);
  });
});
