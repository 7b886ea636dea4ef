/**
 * `npm run model -- [--states N] [--mutants] [family..]`: explores the families of faults under the
 * rule, each up to N states, and prints the steps that break a promise. With `--mutants` the rule
 * without each of its parts instead, in the families that are named or else in all. Exit 1 where
 * the rule breaks a promise, or where a mutant differs from its table.
 */
import { parseArgs } from 'node:util';
import { FAMILIES, type FamilyName } from './families.js';
import { CAUGHT_MUTANTS, type Mutant, mutated, SUPERFLUOUS_MUTANTS } from './mutants.js';
import { RULE } from './rule.js';
import { type Exploration, explore, printed } from './search/explore.js';

const DEFAULT_STATES = 1_000_000;
const DEFAULT_MUTANT_STATES = 20_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { states: { type: 'string' }, mutants: { type: 'boolean', default: false } },
});

function isFamily(name: string): name is FamilyName {
  return Object.hasOwn(FAMILIES, name);
}

const unknown = positionals.filter((name) => !isFamily(name));
if (unknown.length > 0) throw new Error(`no such family: ${unknown.join(', ')}`);
const chosen = positionals.length > 0 ? positionals : Object.keys(FAMILIES);
const names = chosen.filter(isFamily);

function measured(work: () => Exploration): { found: Exploration; cost: string } {
  const before = process.cpuUsage();
  const found = work();
  const { user, system } = process.cpuUsage(before);
  const seconds = ((user + system) / 1e6).toFixed(1);
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  return { found, cost: `${seconds} s, ${megabytes} MiB` };
}

/** Returns how many families break a promise. */
function exploreFamilies(maxStates: number): number {
  let broken = 0;
  for (const name of names) {
    const { found, cost } = measured(() => explore(RULE, FAMILIES[name], { maxStates }));
    const { outcome, states, steps, depth, settled } = found;
    const seen = `${states} states, ${steps} steps, depth ${depth}, ${settled} settled`;
    console.log(`${name}: ${outcome}; ${seen}; ${cost}`);
    if (found.broken === undefined) continue;
    console.log(`  ${printed(found.broken)}`);
    broken += 1;
  }
  return broken;
}

/** Returns how many mutants differ from the table. */
function exploreMutants(maxStates: number): number {
  let wrong = 0;
  const superfluous = new Set<Mutant>(SUPERFLUOUS_MUTANTS);
  for (const mutant of [...CAUGHT_MUTANTS, ...SUPERFLUOUS_MUTANTS]) {
    const caught = familiesThatCatch(mutant, maxStates);
    if (caught.length > 0 === superfluous.has(mutant)) wrong += 1;
    const said = caught.length > 0 ? `caught in ${caught.join(', ')}` : 'not caught';
    console.log(`${mutant.name}: ${said}`);
  }
  return wrong;
}

function familiesThatCatch(mutant: Mutant, maxStates: number): readonly string[] {
  return names.flatMap((name) => {
    const { outcome, states } = explore(mutated(mutant), FAMILIES[name], { maxStates });
    return outcome === 'broken' ? [`${name} (${states} states)`] : [];
  });
}

const states = Number(values.states ?? (values.mutants ? DEFAULT_MUTANT_STATES : DEFAULT_STATES));
const failures = values.mutants ? exploreMutants(states) : exploreFamilies(states);
process.exitCode = failures > 0 ? 1 : 0;
