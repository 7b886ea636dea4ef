/** What happens to the agents' processes. */
import type { Inflict } from './step.js';

/** Without a sign of life for so long a server ends a session. */
const SILENCE_MS = 6_000;
const LONG_SLEEP = 0.3;

const kill: Inflict = ({ world, agent }) => {
  if (!agent.isRunning) return false;
  world.agents.kill(agent);
  return true;
};

/** As SIGSTOP and SIGCONT do it, or a laptop that sleeps. */
const pause: Inflict = ({ world, agent, step, random }) => {
  const { process } = agent;
  if (!agent.isRunning || process.state !== 'running') return false;
  const { loop } = world;
  process.state = 'paused';
  const forMs = step.forMs * (random.chance(LONG_SLEEP) ? 4 : 1);
  const cut = () => {
    if (process.state === 'paused') world.agents.cut(agent, 'silent for too long');
  };
  if (forMs > SILENCE_MS) loop.after(SILENCE_MS, cut, loop.world);
  const wake = () => {
    if (process.state === 'paused') loop.resume(process);
  };
  loop.after(forMs, wake, loop.world);
  return true;
};

const cut: Inflict = ({ world, agent }) => {
  world.agents.cut(agent, 'connection reset');
  return true;
};

export const PROCESSES = { kill, pause, cut };
