/** The forms in which the report of verify is printed or written to files. */
import { LenkwerkError } from '../model/errors.js';
import { verifyJson } from '../rendering/verify/json.js';
import { verifyMarkdown } from '../rendering/verify/markdown.js';
import { verifyText } from '../rendering/verify/text.js';
import type { VerifyReport } from '../verifying/verdict.js';
import { writeResultFile } from './outputs.js';

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
