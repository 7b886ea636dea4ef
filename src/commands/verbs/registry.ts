/**
 * The verbs in the order of `--help`, each loaded when it is needed. `run` of each takes the
 * context and the parsed arguments and flags, and returns the exit; it throws the errors of its use
 * case.
 */
import type { Verb } from '../command.js';

/** In the order of `--help`. */
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  init: () => import('./init.js'),
  validate: () => import('./validate.js'),
  render: () => import('./render.js'),
  plan: () => import('./plan.js'),
  show: () => import('./show.js'),
  apply: () => import('./apply.js'),
  history: () => import('./history.js'),
  revert: () => import('./revert.js'),
  instance: () => import('./instance.js'),
  export: () => import('./export.js'),
  agent: () => import('./agent.js'),
  follow: () => import('./follow.js'),
  verify: () => import('./verify.js'),
  status: () => import('./status.js'),
  copies: () => import('./copies.js'),
  console: () => import('./console.js'),
  doctor: () => import('./doctor.js'),
  env: () => import('./env.js'),
  get: () => import('./get.js'),
  watch: () => import('./watch.js'),
  dev: () => import('./dev.js'),
  schema: () => import('./schema.js'),
  completion: () => import('./completion.js'),
};
