/** The recorded state as a manifest whose plan is empty. */
import { inSnapshot, readRecorded } from '../database/state.js';
import { MAX_DEPTH } from '../manifest/allowance.js';
import { writeManifest } from '../manifest/write-manifest.js';
import { addressOf } from '../model/address.js';
import { LenkwerkError } from '../model/errors.js';
import { depthOfJson, tryParseJson } from '../model/json.js';
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
  /** The notices of a plan from it. */
  readonly notices: readonly string[];
}

/**
 * The recorded state as a manifest, which is loaded and planned again as a check. Throws
 * `invalid-input` for recorded values that a manifest cannot hold, such as a config value of JSON
 * null, and what the database throws.
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
  requireValues(recorded);
  const manifest = `${headerOf(recorded, now)}${writeManifest(desiredFromRecorded(recorded, now))}`;
  const desired = await desiredOfText(manifest, 'the export');
  const step = { desired, toolVersion: context.version, gitCommit: null };
  const plan = planStep(step, recorded, now);
  if (plan.changes.length === 0) return { manifest, notices: plan.notices };
  const addresses = plan.changes.map(({ address }) => address).join(', ');
  throw new LenkwerkError(
    'invalid-input',
    `a manifest cannot express what is recorded: ${addresses}`,
    {
      hint: 'bring those rows into a form that manifests have, then export again',
    },
  );
}

function headerOf({ database }: RecordedState, now: Timestamp): string {
  return [
    '# yaml-language-server: $schema=cluster.schema.json (lenkwerk schema > cluster.schema.json)',
    `# What was recorded in ${printable(database)} at ${now} UTC, by lenkwerk export.`,
    '',
  ].join('\n');
}

/** Within a value: it stands in the document and in a section. */
const MAX_VALUE_DEPTH = MAX_DEPTH - 2;

/** All rows whose values no manifest can hold, so that none has to be found after another. */
function requireValues({ config, servermap }: RecordedState): void {
  const values = config.map(({ key, value }) => [addressOf('config', { key }), value] as const);
  const maps =
    servermap === undefined ? [] : [[addressOf('servermap', {}), servermap.map] as const];
  const reasons = [...values, ...maps].flatMap(([address, value]) => {
    const reason = reasonAgainst(value);
    return reason === undefined ? [] : [`${printable(address)} ${reason}`];
  });
  if (reasons.length === 0) return;
  throw new LenkwerkError(
    'invalid-input',
    `no manifest can hold what is recorded: ${reasons.join('; ')}`,
    {
      hint: 'change or delete these rows with SQL, then export again; plan and verify take them as they are',
    },
  );
}

function reasonAgainst(text: string): string | undefined {
  const value = tryParseJson(text);
  // json_populate_record, with which storage nodes save records, reads JSON null as SQL NULL.
  if (value === null) return 'is a JSON null, which storage nodes cannot save';
  if (value !== undefined && depthOfJson(value) <= MAX_VALUE_DEPTH) return undefined;
  return `nests deeper than ${MAX_VALUE_DEPTH} levels`;
}
