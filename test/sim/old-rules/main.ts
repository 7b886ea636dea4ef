/**
 * `npm run sim:old-rules -- [--seeds N] [--only WORDS]`: how many seeds the simulation needs to
 * find each old rule, at most 2,000; fails where one breaks none of its promises.
 */
import { parseArgs } from 'node:util';
import { OLD_RULES } from './rules.js';
import { firstCaught } from './try-rule.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
  },
});

let failures = 0;
for (const old of OLD_RULES.filter(({ name }) => name.includes(values.only))) {
  const caught = await firstCaught(old, Number(values.seeds));
  if (caught === undefined) failures += 1;
  const how = caught === undefined ? 'NOT FOUND' : `${caught.where} breaks ${caught.rule}`;
  console.log(`${old.name}: ${how}`);
}
process.exitCode = failures === 0 ? 0 : 1;
