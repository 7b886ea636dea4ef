/** Which database and stores the sources lead to, and the origin of each part; no secrets. */
import type { Danger } from '../planning/format/generated/dangers.js';
import type { DatabaseDestination, DestinationPart } from '../postgres/connection-settings.js';
import type { Target } from '../publishing/targets/targets.js';

interface TargetDestination {
  readonly name: string;
  /** The place and the sources of the login; undefined: there is a problem. */
  readonly store: { readonly place: string; readonly from: string } | undefined;
  readonly loginFrom: readonly string[];
  readonly problem: string | undefined;
}

/** The project file and its environment. */
interface ProjectReport {
  readonly file: string;
  /** The names of all of them. */
  readonly environments: readonly string[];
  /** undefined: none is chosen. */
  readonly environment: ChosenReport | undefined;
}

interface ChosenReport {
  readonly name: string;
  /** The flag, variable or field that names it. */
  readonly chosenBy: string;
  /** A uuid or the name of a database; undefined: any. */
  readonly cluster: string | undefined;
  readonly paths: readonly string[];
  readonly allow: readonly Danger[];
  readonly requiresPlanFile: boolean;
}

/** What `lenkwerk env` prints. */
export interface DestinationReport {
  /** undefined: there is no project file. */
  readonly project: ProjectReport | undefined;
  readonly database: readonly DestinationPart[];
  readonly targets: readonly TargetDestination[];
  /** Why the config of the database was not read; undefined: it was. */
  readonly unread: string | undefined;
}

interface Destinations extends Pick<DestinationReport, 'project'> {
  readonly database: DatabaseDestination;
  readonly targets: readonly Target[];
  readonly unread: string | undefined;
}

/** The report of these destinations. A password is named by its origin alone. */
export function reportDestinations({
  project,
  database: { settings, parts, passwordFrom },
  targets,
  unread,
}: Destinations): DestinationReport {
  const hidden =
    settings.password === undefined
      ? { name: 'password', value: 'by the password file', from: settings.passwordFile }
      : { name: 'password', value: 'hidden', from: passwordFrom ?? 'default' };
  return { project, database: [...parts, hidden], targets: targets.map(reportTarget), unread };
}

function reportTarget(target: Target): TargetDestination {
  const { name } = target;
  if ('problem' in target) {
    return { name, store: undefined, loginFrom: [], problem: target.problem.message };
  }
  const { settings, placeFrom, loginFrom } = target;
  const store = { place: settings.description, from: placeFrom };
  return { name, store, loginFrom, problem: undefined };
}
