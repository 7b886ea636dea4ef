/** The flags by which a result is printed or written to files, one pair a form. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ApplyContext } from '../applying/context/context.js';
import { LenkwerkError } from '../model/errors.js';
import type { Form, Forms } from '../rendering/forms.js';
import type { RenderOptions } from '../rendering/options.js';
import type { OptionSpec } from './command.js';
import { type ResultFile, requireReplaceable, writeResultFile } from './result-file.js';

/** As commander returns them: `markdown` and `markdownInto`, for every form. */
export interface OutputFlags {
  readonly [flag: string]: unknown;
}

/** `--markdown` and the like: the forms that can be printed, `--json` is a flag of every verb. */
export function printOptions(forms: Forms<never>): readonly OptionSpec[] {
  return Object.entries(forms).flatMap(([name, { print }]) =>
    print === undefined ? [] : [{ flags: `--${name}`, description: print }],
  );
}

/** For files that are no earlier result. */
export const FORCE: OptionSpec = {
  flags: '--force',
  description: 'replace any file that was not read',
  default: false,
};

/** `--markdown-into <file>` and the like. */
export function fileOptions(forms: Forms<never>): readonly OptionSpec[] {
  const files = Object.entries(forms).map(([name, { noun }]) => ({
    flags: `--${name}-into <file>`,
    description: `also write it as ${noun}`,
  }));
  return [...files, FORCE];
}

/** The form to print. Throws `usage` when more than one is requested. */
export function printedForm<Content>(
  forms: Forms<Content>,
  json: boolean,
  flags: OutputFlags,
): Form<Content> {
  const asked: OutputFlags = { ...flags, json };
  const wanted = Object.entries(forms).filter(([name]) => asked[name] === true);
  if (wanted.length > 1) {
    const names = wanted.map(([name]) => name);
    throw new LenkwerkError('usage', `--${names.join(' and --')} exclude each other`, {
      hint: `print one and write the others to files, as with --${names[1]}-into FILE`,
    });
  }
  return wanted[0]?.[1] ?? forms.text;
}

interface Written<Content> extends Omit<RenderOptions, 'color'> {
  readonly content: Content;
}

type FormFile<Content> = ResultFile & { readonly form: Form<Content> };

/**
 * The files that the flags name, `--out` as JSON that only this user may read. To be called before
 * something is changed. Throws `usage` for one that is named twice or that must not be replaced.
 */
export async function formFiles<Content>(
  context: ApplyContext,
  forms: Forms<Content>,
  flags: OutputFlags,
): Promise<readonly FormFile<Content>[]> {
  const { out, force } = flags;
  const { inputs } = context;
  const common = { inputs, force: force === true };
  const into = Object.entries(forms).flatMap(([name, form]) => {
    const file = flags[`${name}Into`];
    const kept = { ...common, form, isPrivate: false, isReplaced: form.isReplaced === true };
    return typeof file === 'string' ? [{ ...kept, file }] : [];
  });
  const first = { ...common, form: forms.json, file: out, isPrivate: true, isReplaced: false };
  const named = typeof out === 'string' ? [{ ...first, file: out }, ...into] : into;
  const files = named.map((target) => ({ ...target, mark: target.form.mark }));
  if (files.length > 0) await keepSettingsFiles(context);
  for (const [at, target] of files.entries()) {
    const { file } = target;
    const isTwice = files.slice(0, at).some((other) => resolve(other.file) === resolve(file));
    const isKept = isTwice && (await stat(file).then(isFile, () => true));
    if (isKept) throw new LenkwerkError('usage', `two results would be written to ${file}`);
    await requireReplaceable(target);
  }
  return files;
}

/** From now on no result replaces a file that the settings name. */
export async function keepSettingsFiles(context: ApplyContext): Promise<void> {
  const { addSettingsFiles } = await import('../applying/context/settings-files.js');
  addSettingsFiles(context);
}

/** Writes the result to these files. Throws `environment` when one cannot be written. */
export async function writeForms<Content>(
  files: readonly FormFile<Content>[],
  { content, ...options }: Written<Content>,
): Promise<void> {
  for (const { form, ...target } of files) {
    const format = await form.load();
    await writeResultFile(target, format(content, { ...options, color: false }));
  }
}

function isFile(found: Stats): boolean {
  return found.isFile();
}
