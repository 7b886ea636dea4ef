/** A process that SIGKILL ends in the middle of an apply: `killed-apply.ts URL POINT`. */
import { type ApplyRequest, apply } from '../../../src/database/apply.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { newConfig, planOf } from '../states/changes.js';

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

const [, , url, point] = process.argv;
const settings = connectionSettings({ url }, {});
const client = await openConnection(settings, 'victim');
const request: ApplyRequest = {
  plan: ({ config }) => {
    if (point === 'read-back' && config.length > 0) die();
    return planOf(config.length > 0 ? [] : [newConfig('k', '1')]);
  },
  accept: () => {
    if (point === 'locked') die();
  },
  logged: (plan) => {
    if (point === 'written') die();
    return { plan: JSON.stringify(plan), desired: null };
  },
  origin: { author: null, gitCommit: null, ci: null },
  reconnect: () => openConnection(settings, 'victim'),
};
await apply(client, request);
if (point === 'committed') die();
