/** Which environment of a project holds. */
import { LenkwerkError } from '../../model/errors.js';
import { knownNames, type Project, type ProjectEnvironment } from './project.js';

export interface ChosenEnvironment extends ProjectEnvironment {
  /** The flag, the variable or the field of the project file that names it. */
  readonly chosenBy: string;
}

/** The sources that may name an environment; empty means not given. */
interface EnvironmentSources {
  readonly project: Project | undefined;
  /** Of `--env`. */
  readonly flag: string | undefined;
  /** Of LENKWERK_ENV. */
  readonly variable: string | undefined;
}

/**
 * The environment that `--env` names, else LENKWERK_ENV, else the project file itself; undefined
 * where nothing names one. Throws `usage` for a name that the project file does not have.
 */
export function chooseEnvironment(sources: EnvironmentSources): ChosenEnvironment | undefined {
  const { project, flag, variable } = sources;
  const names = [
    { name: flag, chosenBy: '--env' },
    { name: variable, chosenBy: 'LENKWERK_ENV' },
    { name: project?.defaultEnvironment, chosenBy: 'default-environment' },
  ];
  const found = names.find(({ name }) => name !== undefined && name !== '');
  if (found?.name === undefined) return undefined;
  const { name, chosenBy } = found;
  if (project === undefined) {
    throw new LenkwerkError('usage', `${chosenBy} names ${name}, and there is no lenkwerk.yaml`, {
      hint: 'it is looked for from the current folder upwards; --project FILE names it',
    });
  }
  const environment = project.environments.get(name);
  if (environment !== undefined) return { ...environment, chosenBy };
  throw new LenkwerkError('usage', `${project.file} has no environment ${name}`, {
    hint: knownNames(name, [...project.environments.keys()]),
  });
}

/**
 * The same for work that concerns one cluster. Throws `usage` as well where the project file has
 * environments and none is chosen.
 */
export function requireEnvironment(sources: EnvironmentSources): ChosenEnvironment | undefined {
  const chosen = chooseEnvironment(sources);
  const { project } = sources;
  if (chosen !== undefined || project === undefined || project.environments.size === 0) {
    return chosen;
  }
  const names = [...project.environments.keys()].join(', ');
  throw new LenkwerkError('usage', `${project.file}: no environment is chosen`, {
    hint: `--env NAME or LENKWERK_ENV chooses one of: ${names}`,
  });
}
