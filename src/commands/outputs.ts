/** The forms in which a plan is printed or written to files. */
import { writeFile } from 'node:fs/promises';
import { LenkwerkError } from '../model/errors.js';
import type { Plan } from '../planning/plan.js';
import { verifyJson } from '../rendering/verify/json.js';
import { verifyMarkdown } from '../rendering/verify/markdown.js';
import { verifyText } from '../rendering/verify/text.js';
import type { VerifyReport } from '../verifying/verdict.js';

export type PlanForm = 'text' | 'json' | 'markdown' | 'sql';

export interface PlanOutputFlags {
  readonly markdown?: boolean;
  readonly sql?: boolean;
  /** The same as jsonInto: what `apply` takes. */
  readonly out?: string;
  readonly textInto?: string;
  readonly jsonInto?: string;
  readonly markdownInto?: string;
  readonly sqlInto?: string;
}

/** What goes to stdout. Throws `usage` when more than one form is asked for. */
export function printedForm(json: boolean, flags: PlanOutputFlags): PlanForm {
  const wanted: PlanForm[] = [];
  if (json) wanted.push('json');
  if (flags.markdown === true) wanted.push('markdown');
  if (flags.sql === true) wanted.push('sql');
  if (wanted.length > 1) {
    throw new LenkwerkError('usage', `--${wanted.join(' and --')} exclude each other`, {
      hint: `print one and write the others to files, as with --${wanted[1]}-into FILE`,
    });
  }
  return wanted[0] ?? 'text';
}

/** Whether the plan is written down whole, with its desired state. */
export function wantsDocument(printed: PlanForm, { out, jsonInto }: PlanOutputFlags): boolean {
  return printed === 'json' || out !== undefined || jsonInto !== undefined;
}

/** Each form is loaded when it is asked for. */
export async function formatPlan(plan: Plan, form: PlanForm, color: boolean): Promise<string> {
  const format = await planFormat(form);
  return format(plan, color);
}

export async function planFormat(form: PlanForm): Promise<(plan: Plan, color: boolean) => string> {
  switch (form) {
    case 'text': {
      const { planText } = await import('../rendering/plan/text.js');
      return (plan, color) => planText(plan, { color });
    }
    case 'json':
      return (await import('../planning/format/write.js')).planJson;
    case 'markdown':
      return (await import('../rendering/plan/markdown.js')).planMarkdown;
    case 'sql':
      return (await import('../rendering/plan/sql.js')).planSql;
  }
}

/** Writes the files that the flags name. Throws `environment` when one cannot be written. */
export async function writePlanFiles(plan: Plan, flags: PlanOutputFlags): Promise<void> {
  const files: readonly (readonly [string | undefined, PlanForm])[] = [
    [flags.out, 'json'],
    [flags.textInto, 'text'],
    [flags.jsonInto, 'json'],
    [flags.markdownInto, 'markdown'],
    [flags.sqlInto, 'sql'],
  ];
  for (const [file, form] of files) {
    if (file !== undefined) await writeResultFile(file, await formatPlan(plan, form, false));
  }
}

/** Throws `environment` when it cannot be written. */
export async function writeResultFile(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new LenkwerkError('environment', `cannot write ${file}: ${reason}`, { cause });
  }
}

// The forms in which the report of verify is printed or written to files.

export interface VerifyOutputFlags {
  readonly markdown?: boolean;
  readonly jsonInto?: string;
  readonly markdownInto?: string;
}

/** Throws `usage` when two forms are to be printed. */
export function requireOneForm(json: boolean, flags: VerifyOutputFlags): void {
  if (!json || flags.markdown !== true) return;
  throw new LenkwerkError('usage', '--json and --markdown exclude each other', {
    hint: 'print one and write the other to a file, as with --markdown-into FILE',
  });
}

/** What goes to stdout. */
export function formatReport(
  report: VerifyReport,
  json: boolean,
  flags: VerifyOutputFlags,
): string {
  if (json) return verifyJson(report);
  return flags.markdown === true ? verifyMarkdown(report) : verifyText(report);
}

/** Writes the files that the flags name. Throws `environment` when one cannot be written. */
export async function writeReportFiles(
  report: VerifyReport,
  { jsonInto, markdownInto }: VerifyOutputFlags,
): Promise<void> {
  if (jsonInto !== undefined) await writeResultFile(jsonInto, verifyJson(report));
  if (markdownInto !== undefined) await writeResultFile(markdownInto, verifyMarkdown(report));
}
