/** The files under examples that cannot be run here: they parse, and what they call exists. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../../../src/commands/command-line.js';

const EXAMPLES = new URL('../../../examples/', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, EXAMPLES), 'utf8');
}

async function isKnown(args: readonly string[]): Promise<boolean> {
  return (await parseCommandLine(args, '0.0.0')).kind === 'run';
}

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('compose', () => {
  const compose: ComposeFile = parse(read('compose/compose.yaml'), { merge: true });
  const services = Object.entries(compose.services);
  const ours = services.filter(([, { command }]) => command.includes('/lenkwerk/dist/cli.js'));

  test('runs two agents after init', () => {
    expect(ours.map(([name, { command }]) => [name, command[2]])).toEqual([
      ['init', 'init'],
      ['agent-1', 'agent'],
      ['agent-2', 'agent'],
    ]);
  });

  test.each(ours)('%s calls a command that exists', async (_, { command }) => {
    expect(command.slice(0, 2)).toEqual(['node', '/lenkwerk/dist/cli.js']);
    expect(await isKnown(command.slice(2))).toBe(true);
  });

  test.each(services)('%s refers to what is there', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[name];
      expect(other, name).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck).toBeDefined();
    }
    const named = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    for (const name of named.filter((volume) => !volume.startsWith('.'))) {
      expect(Object.keys(compose.volumes)).toContain(name);
    }
  });
});

describe('systemd', () => {
  const unit = read('systemd/lenkwerk-agent.service');
  const lines = unit.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  test('every line is a section or a setting', () => {
    const other = lines.filter((line) => !/^\[(Unit|Service|Install)\]$|^[A-Z]\w+=/.test(line));
    expect(other).toEqual([]);
    expect(lines.filter((line) => line.startsWith('['))).toEqual([
      '[Unit]',
      '[Service]',
      '[Install]',
    ]);
  });

  test('it starts a command that exists', async () => {
    const [, words = ''] = /^ExecStart=\/usr\/bin\/lenkwerk (.*)$/m.exec(unit) ?? [];
    expect(await isKnown(words.split(' '))).toBe(true);
  });
});

test('an unknown flag is detected', async () => {
  await expect(isKnown(['agent', '--lisen', ':1'])).rejects.toThrow('unknown option');
});
