/** Scenarios that broke a promise once, or break it with an old rule, kept as files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RULES, type Rule } from './oracle/rules.js';
import { field, parseScenario, type Scenario } from './scenario.js';

const FOLDER = fileURLToPath(new URL('found', import.meta.url));

interface Found {
  /** The number of the fault, where it has one. */
  readonly fault: string;
  readonly about: string;
  /** The rule that it breaks as long as the fault is not mended; undefined: none any more. */
  readonly breaks: Rule | undefined;
  readonly scenario: Scenario;
}

export function readFound(): ReadonlyMap<string, Found> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return new Map(
    names.toSorted().map((name) => [name, parseFound(readFileSync(join(FOLDER, name), 'utf8'))]),
  );
}

/** Throws when the text is no scenario. */
function parseFound(text: string): Found {
  const value: unknown = JSON.parse(text);
  return {
    fault: String(field(value, 'fault')),
    about: String(field(value, 'about')),
    breaks: RULES.find((rule) => rule === field(value, 'breaks')),
    scenario: parseScenario(field(value, 'scenario')),
  };
}

/** Returns the path. */
export function keep(name: string, { scenario, ...found }: Found): string {
  const path = join(FOLDER, `${name}.json`);
  const steps = scenario.steps.map((step) => `      ${JSON.stringify(step)}`).join(',\n');
  const head = JSON.stringify({ ...found, scenario: { ...scenario, steps: [] } }, undefined, 2);
  writeFileSync(path, `${head.replace('"steps": []', `"steps": [\n${steps}\n    ]`)}\n`);
  return path;
}
