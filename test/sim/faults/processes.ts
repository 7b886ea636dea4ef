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
  if (!agent.isRunning || agent.isPaused) return false;
  const { loop, agents } = world;
  const { parts } = agent;
  agents.pause(agent);
  const forMs = step.forMs * (random.chance(LONG_SLEEP) ? 4 : 1);
  const whileAsleep = (run: () => void) => () => {
    if (agent.isPaused && agent.parts === parts) run();
  };
  const cut = whileAsleep(() => agents.cut(agent, 'silent for too long'));
  if (forMs > SILENCE_MS) loop.after(SILENCE_MS, cut, loop.world);
  loop.after(
    forMs,
    whileAsleep(() => agents.resume(agent)),
    loop.world,
  );
  return true;
};

const cut: Inflict = ({ world, agent }) => {
  world.agents.cut(agent, 'connection reset');
  return true;
};

export const PROCESSES = { kill, pause, cut };
