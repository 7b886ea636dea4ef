/**
 * `npm run sim:old-rules -- [--seeds N] [--only WORDS] [--keep]`: how many seeds the simulation needs
 * to find each old rule, at most 2,000; fails where one breaks no promise, or another one. `--keep`:
 * writes the scenario of that seed, shrunk, to found/.
 */
import { parseArgs } from 'node:util';
import { OLD_RULES } from './rules.js';
import { firstSeed, keepFirstSeed } from './try-rule.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});

let failures = 0;
for (const old of OLD_RULES.filter(({ name }) => name.includes(values.only))) {
  const find = values.keep ? keepFirstSeed : firstSeed;
  const caught = await find(old, Number(values.seeds));
  const isExpected = old.breaks.some((rule) => rule === caught?.rule);
  if (!isExpected) failures += 1;
  const how = caught === undefined ? 'NOT FOUND' : `seed ${caught.seed} breaks ${caught.rule}`;
  const note = isExpected || caught === undefined ? '' : `, not ${old.breaks.join(' or ')}`;
  console.log(`${old.name}: ${how}${note}`);
}
process.exitCode = failures === 0 ? 0 : 1;
