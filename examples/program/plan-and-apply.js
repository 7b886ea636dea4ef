// Plans a manifest, shows the changes, and applies exactly them. Dangers are named behind the path:
// node plan-and-apply.js cluster.yaml delete:instance
import { applyContext, applyDesired, LenkwerkError, loadDesired, planDesired } from 'lenkwerk';

const [path = '.', ...allow] = process.argv.slice(2);
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort());

// Where the database and the stores are, the variables say, as they do for the command line.
const context = applyContext({
  environment: process.env,
  signal: ended.signal,
  onStep: (what) => console.error(what),
});

try {
  const source = await loadDesired(context, [path]);
  const plan = await planDesired(context, source, { withDesired: false });
  for (const { action, address, dangers } of plan.changes) {
    console.log([action, address, ...dangers].join(' '));
  }
  const { committed, applyId } = await applyDesired(context, source, {
    allow,
    // If the tables moved since, nothing is done (code `stale-plan`).
    agreed: plan,
    // Every configured store has it when this returns.
    publishedWithinMs: 30_000,
  });
  console.log(committed ? `apply ${applyId}: published` : 'nothing to do');
} catch (error) {
  if (!(error instanceof LenkwerkError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  // Of manifests and plans: everything that is wrong, with its place.
  for (const { message, source, ...place } of error.problems ?? []) {
    const { file, line } = source ?? place;
    console.error(`${file}:${line}: ${message}`);
  }
  process.exitCode = 1;
}
