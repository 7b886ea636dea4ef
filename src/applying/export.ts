/** The recorded state as a manifest, from which nothing is left to plan. */
import { inSnapshot, readRecorded } from '../database/state.js';
import { writeManifest } from '../manifest/write-manifest.js';
import { LenkwerkError } from '../model/errors.js';
import { tryParseJson } from '../model/json.js';
import type { RecordedState } from '../model/resources.js';
import { printable } from '../model/text.js';
import type { Timestamp } from '../model/time-bounds.js';
import { desiredFromRecorded } from '../planning/desired-from-recorded.js';
import { readClock } from '../postgres/server.js';
import type { ApplyContext } from './context/context.js';
import { withDatabase } from './context/database.js';
import { planStep } from './plan/current-plan.js';
import { desiredOfText } from './plan/plan-file.js';

interface ExportedManifest {
  /** YAML. */
  readonly manifest: string;
  /** What a plan from it would remark. */
  readonly notices: readonly string[];
}

/**
 * The manifest of what is recorded, loaded again and planned to make sure. Throws `invalid-input`
 * for what is recorded but cannot stand in a manifest, such as a config value of JSON null, and
 * what the database throws.
 */
export async function exportManifest(context: ApplyContext): Promise<ExportedManifest> {
  const { recorded, now } = await withDatabase(context, 'export', (client) => {
    context.onStep('reading the tables');
    return inSnapshot(client, async () => ({
      now: await readClock(client),
      recorded: await readRecorded(client),
    }));
  });
  context.onStep('writing the manifest');
  requireConfigValues(recorded);
  const manifest = `${headerOf(recorded, now)}${writeManifest(desiredFromRecorded(recorded, now))}`;
  const desired = await desiredOfText(manifest, 'the export');
  const step = { desired, toolVersion: context.version, gitCommit: null };
  const plan = planStep(step, recorded, now);
  if (plan.changes.length === 0) return { manifest, notices: plan.notices };
  const addresses = plan.changes.map(({ address }) => address).join(', ');
  throw new LenkwerkError('invalid-input', `a manifest cannot say what is recorded: ${addresses}`, {
    hint: 'bring those rows into a form that manifests have, then export again',
  });
}

function headerOf({ database }: RecordedState, now: Timestamp): string {
  return [
    '# yaml-language-server: $schema=cluster.schema.json (lenkwerk schema > cluster.schema.json)',
    `# What was recorded in ${printable(database)} at ${now} UTC, by lenkwerk export.`,
    '',
  ].join('\n');
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
