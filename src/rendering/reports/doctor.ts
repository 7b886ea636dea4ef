/** The report of `lenkwerk doctor`. */
import { escapeJson, printable } from '../../model/text.js';
import type { Finding, Level } from '../../observing/finding.js';

/** A line per check, the fix below it, and a summary; newline at the end. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, level, message, fix }) => [
    `${level.padEnd(4)}  ${check}: ${message}`,
    ...(fix === undefined ? [] : [`      fix: ${fix}`]),
  ]);
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const summary = `${count('fail')} failed, ${count('warn')} warnings, ${count('ok')} ok`;
  return `${[...lines, summary].map(printable).join('\n')}\n`;
}

/** `{healthy, findings}`, indented, newline at the end; a missing remedy is null. */
export function findingsJson(findings: readonly Finding[]): string {
  const healthy = findings.every(({ level }) => level !== 'fail');
  const list = findings.map(({ check, level, message, fix }) => {
    return { check, level, message, fix: fix ?? null };
  });
  return `${escapeJson(JSON.stringify({ healthy, findings: list }, null, 2))}\n`;
}
