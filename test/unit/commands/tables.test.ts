/** What stands in one table of the program is the same in the help and in the README. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXITS } from '../../../src/commands/exit-codes.js';
import { VERBS } from '../../../src/commands/verbs/registry.js';
import { EXIT_OF_VERDICT } from '../../../src/commands/verbs/verify.js';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import { NODE_STATES } from '../../../src/nodes/judge.js';
import { guaranteeWords } from '../../../src/observing/guarantees.js';
import { MEANINGS } from '../../../src/planning/dangers.js';
import { PLAN_FORMS, VERIFY_FORMS } from '../../../src/rendering/forms.js';
import { VERDICTS } from '../../../src/verifying/verdict.js';
import { lenkwerk } from '../../support/cli/command-line.js';

const README = readFileSync('README.md', 'utf8');

/** The cells of each row of the table below a heading of the README. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, rest = ''] = README.split(`\n${heading}\n`);
  const lines = rest.split(/\n#+ /)[0]?.split('\n') ?? [];
  const rows = lines.filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

async function help(...verb: readonly string[]): Promise<string> {
  const { stdout } = await lenkwerk([...verb, '--help']);
  return stdout.replace(/\s+/g, ' ');
}

describe('exit codes', () => {
  const exits = Object.values(EXITS).map(({ code, meaning }) => [String(code), meaning]);

  test('README', () => {
    expect(tableBelow('### Exit codes')).toEqual(exits);
  });

  test('--help', async () => {
    const lines = exits.map(([code, meaning = '']) => `${code} ${meaning.replaceAll('`', '')}`);
    expect(await help()).toContain(`Exit codes: ${lines.join(' ')}`);
  });
});

describe('dangers', () => {
  test('README', () => {
    const dangers = Object.entries(MEANINGS).map(([name, meaning]) => [`\`${name}\``, meaning]);
    expect(tableBelow('### Dangers')).toEqual(dangers);
  });

  test.each(['apply', 'revert', 'instance'])('%s --help', async (verb) => {
    const names = Object.keys(MEANINGS).map((name) => `"${name}"`);
    expect(await help(verb)).toContain(`(choices: ${names.join(', ')}`);
  });
});

test('states of nodes: README', () => {
  const states = Object.values(NODE_STATES).map(({ words, meaning }) => [words, meaning]);
  expect(tableBelow('### Storage nodes that have it')).toEqual(states);
});

test('guarantees of stores: README', () => {
  const rows = DRIVERS.map(({ type, guarantees }) => [
    `\`${type}\``,
    ...guaranteeWords(guarantees),
  ]);
  expect(tableBelow('### Choosing a store').slice(0, rows.length)).toEqual(rows);
});

test('verdicts: README', () => {
  const verdicts = Object.entries(VERDICTS).map(([name, meaning]) => [name, meaning]);
  const rows = tableBelow('### Verdicts');
  expect(rows.map((row) => row.slice(0, 2))).toEqual(verdicts);
  const exits = new Map<string, string>(
    Object.entries(EXIT_OF_VERDICT).map(([name, exit]) => [name, String(EXITS[exit].code)]),
  );
  expect(new Map(rows.map(([name = '', , exit = '']) => [name, exit]))).toEqual(exits);
  const schema = JSON.parse(readFileSync('schema/verify.schema.json', 'utf8'));
  expect(schema.properties.verdict.enum).toEqual(Object.keys(VERDICTS));
});

describe('verbs', () => {
  const verbs = Object.keys(VERBS);

  test('each has a file, and each file is one', () => {
    const files = readdirSync('src/commands/verbs').map((file) => file.replace('.ts', ''));
    expect(files.filter((file) => file !== 'registry').toSorted()).toEqual(verbs.toSorted());
  });

  test('README', () => {
    const named = tableBelow('## Daily work').flatMap(([commands = '']) =>
      [...commands.matchAll(/`lenkwerk ([a-z]+)/g)].map(([, verb]) => verb),
    );
    expect(named.toSorted()).toEqual(verbs.toSorted());
  });

  test('--help', async () => {
    const { stdout } = await lenkwerk(['--help']);
    const [, commands = ''] = stdout.split('\nCommands:\n');
    const listed = [...commands.matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb);
    expect(listed.slice(0, verbs.length)).toEqual(verbs);
  });
});

describe('forms', () => {
  test.each([
    ['plan', PLAN_FORMS],
    ['verify', VERIFY_FORMS],
  ])('%s --help', async (verb, forms) => {
    const text = await help(verb);
    for (const [name, { noun, print }] of Object.entries(forms)) {
      expect(text).toContain(`--${name}-into <file> also write it as ${noun}`);
      if (print !== undefined) expect(text).toContain(`--${name} ${print}`);
    }
  });

  test('show prints every form of a plan', async () => {
    const text = await help('show');
    for (const [name, { print }] of Object.entries(PLAN_FORMS)) {
      if (print !== undefined) expect(text).toContain(`--${name} ${print}`);
    }
  });

  test('README', () => {
    const [, plan = ''] =
      tableBelow('## Daily work').find(([verb]) => verb?.includes(' plan')) ?? [];
    for (const name of Object.keys(PLAN_FORMS)) {
      if (name !== 'text') expect(plan).toContain(`\`--${name}\``);
    }
  });
});
