/**
 * `npm run sim:old-rules -- [--seeds N] [--only WORDS]`: how many seeds the simulation needs to find
 * each old rule; at most 2,000. Fails when one is not found, or breaks another promise.
 */
import { parseArgs } from 'node:util';
import { OLD_RULES } from './rules.js';
import { tryOldRule } from './try-rule.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '2000' }, only: { type: 'string', default: '' } },
});

let failures = 0;
for (const old of OLD_RULES.filter(({ name }) => name.includes(values.only))) {
  const caught = await tryOldRule(old, Number(values.seeds));
  const isExpected = old.breaks.some((rule) => rule === caught?.rule);
  if (!isExpected) failures += 1;
  const how = caught === undefined ? 'NOT FOUND' : `seed ${caught.seed} breaks ${caught.rule}`;
  const note = isExpected || caught === undefined ? '' : `, not ${old.breaks.join(' or ')}`;
  console.log(`${old.name}: ${how}${note}`);
}
process.exitCode = failures === 0 ? 0 : 1;
