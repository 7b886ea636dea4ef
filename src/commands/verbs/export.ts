/** `lenkwerk export`: the recorded state as a manifest, from which nothing is left to plan. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { planStep } from '../../applying/current-plan.js';
import { desiredOfText } from '../../applying/plan-file.js';
import { inSnapshot, readRecorded } from '../../database/state.js';
import { writeManifest } from '../../manifest/write-manifest.js';
import { LenkwerkError } from '../../model/errors.js';
import { tryParseJson } from '../../model/json.js';
import type { RecordedState } from '../../model/resources.js';
import { escapeJson, printable } from '../../model/text.js';
import type { Timestamp } from '../../model/time-bounds.js';
import { desiredFromRecorded } from '../../planning/desired-from-recorded.js';
import { openConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import { readClock } from '../../postgres/server.js';
import type { CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface ExportFlags {
  /** A file, or a folder (made if missing) that gets a `cluster.yaml`; absent: stdout. */
  readonly out?: string;
}

const FILE_NAME = 'cluster.yaml';

export async function run(context: CommandContext, { out }: ExportFlags): Promise<ExitCode> {
  const settings = connectionSettings(context.flags.connection, context.environment);
  context.progress.step('connecting to the database');
  const client = await openConnection(settings, 'export');
  context.progress.step('reading the tables');
  const { recorded, now } = await inSnapshot(client, async () => ({
    now: await readClock(client),
    recorded: await readRecorded(client),
  })).finally(() => client.end());
  context.progress.step('writing the manifest');
  const { manifest, notices } = await exportManifest(recorded, now, context.version);
  for (const notice of notices) context.remark(`note: ${printable(notice)}\n`);
  const file = out === undefined ? undefined : await fileFor(out);
  if (file !== undefined) await write(file, manifest);
  if (context.flags.json) {
    const document = { file: file ?? null, notices, manifest };
    await context.print(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
  } else {
    await context.print(file === undefined ? manifest : `Written: ${printable(file)}\n`);
  }
  return EXIT.success;
}

/**
 * The manifest, loaded again and planned to make sure. Throws `invalid-input` for what is recorded
 * but cannot be said in a manifest, such as a config value of JSON null.
 */
async function exportManifest(recorded: RecordedState, now: Timestamp, version: string) {
  requireConfigValues(recorded);
  const header = [
    '# yaml-language-server: $schema=cluster.schema.json (lenkwerk schema > cluster.schema.json)',
    `# What was recorded in ${printable(recorded.database)} at ${now} UTC, by lenkwerk export.`,
    '',
  ].join('\n');
  const manifest = `${header}${writeManifest(desiredFromRecorded(recorded, now))}`;
  const desired = await desiredOfText(manifest, 'the export');
  const plan = planStep({ desired, toolVersion: version, gitCommit: null }, recorded, now);
  if (plan.changes.length === 0) return { manifest, notices: plan.notices };
  const addresses = plan.changes.map(({ address }) => address).join(', ');
  throw new LenkwerkError('invalid-input', `a manifest cannot say what is recorded: ${addresses}`, {
    hint: 'bring those rows into a form that manifests have, then export again',
  });
}

/** To json_populate_record, by which storage nodes save records, JSON null is no value at all. */
function requireConfigValues({ config }: RecordedState): void {
  const empty = config.filter(({ value }) => tryParseJson(value) === null);
  if (empty.length === 0) return;
  const addresses = empty.map(({ key }) => `config/${printable(key)}`).join(', ');
  throw new LenkwerkError(
    'invalid-input',
    `no manifest can say what storage nodes cannot save, a JSON null: ${addresses}`,
    { hint: 'give it a value or delete the row, then export again' },
  );
}

async function fileFor(out: string): Promise<string> {
  const isFolder = await stat(out).then(
    (found) => found.isDirectory(),
    () => out.endsWith('/'),
  );
  return isFolder ? join(out, FILE_NAME) : out;
}

async function write(file: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new LenkwerkError('environment', `cannot write ${file}: ${reason}`, { cause });
  }
}
