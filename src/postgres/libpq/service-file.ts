/**
 * Service files: connections by names that the user of this machine, or its administrator, chose.
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import { fileTrouble, readSettingsFile } from '../../runtime/files.js';
import { type Parameter, variablesOf } from './keywords.js';

/** A service file that was read. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
}

/** Where service files are. */
interface ServicePlaces {
  /** The value of PGSERVICEFILE; undefined: the file of the user. */
  readonly named: string | undefined;
  readonly home: string | undefined;
  /** The value of PGSYSCONFDIR. */
  readonly systemFolder: string | undefined;
}

/** A service with its values, by libpq's variables. */
interface Service {
  readonly file: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The files in the order in which a service is looked for: the named one, which has to exist, else
 * that of the user, then that of the machine. Throws `usage` for one that cannot be read.
 */
export function readServiceFiles(places: ServicePlaces): readonly ServiceFile[] {
  return serviceFiles(places).flatMap((path) => {
    try {
      return [{ path, text: readSettingsFile(path) }];
    } catch (cause) {
      const trouble = fileTrouble(cause);
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      if (isMissing && path !== places.named) return [];
      throw new LenkwerkError('usage', `cannot read the service file ${path}: ${trouble}`, {
        cause,
      });
    }
  });
}

/** The files that may be there, in the same order. */
export function serviceFiles({ named, home, systemFolder }: ServicePlaces): readonly string[] {
  const own = named ?? join(home ?? homedir(), '.pg_service.conf');
  return [own, ...(systemFolder === undefined ? [] : [join(systemFolder, 'pg_service.conf')])];
}

/**
 * The service of this name in the first file that has it. Throws `usage` where none has it, and
 * for a line of it that libpq does not take.
 */
export function findService(files: readonly ServiceFile[], name: string): Service {
  for (const file of files) {
    const lines = linesOf(file, name);
    if (lines !== undefined) return { file: file.path, values: valuesOf(lines, file.path, name) };
  }
  const looked = files.length === 0 ? 'there is no service file' : 'it is not in';
  const paths = files.map(({ path }) => path).join(', ');
  throw new LenkwerkError('usage', `no service is called ${name}: ${looked} ${paths}`.trimEnd(), {
    hint: 'services stand in ~/.pg_service.conf, the file of PGSERVICEFILE, or pg_service.conf in the folder of PGSYSCONFDIR',
  });
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines of the first section of this name; undefined: there is none. */
function linesOf({ text }: ServiceFile, name: string): readonly Line[] | undefined {
  let found: Line[] | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (trimmed.startsWith('[')) {
      if (found !== undefined) return found;
      if (trimmed.startsWith(`[${name}]`)) found = [];
    } else found?.push({ number: index + 1, text: trimmed });
  }
  return found;
}

/** As in libpq the first value of a parameter counts, and spaces beside the = belong to it. */
function valuesOf(lines: readonly Line[], path: string, name: string): Record<string, string> {
  const parameters: Parameter[] = [];
  for (const { number, text } of lines) {
    const at = text.indexOf('=');
    const keyword = at === -1 ? '' : text.slice(0, at);
    if (!/^[a-z_]+$/.test(keyword) || keyword.startsWith('service')) {
      throw new LenkwerkError('usage', `${path}, line ${number}: not a parameter of a service`, {
        hint: 'a line is NAME=VALUE without spaces around the =; no LDAP, no service in a service',
      });
    }
    parameters.push({ keyword, value: text.slice(at + 1) });
  }
  return variablesOf(parameters.reverse(), `service ${name} in ${path}`);
}
