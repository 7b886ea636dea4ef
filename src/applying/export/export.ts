/** The recorded state as a manifest whose plan is empty. Decision D80. */
import { inSnapshot, readRecorded } from '../../database/state.js';
import { foldInstances } from '../../manifest/host-range.js';
import { writeManifest } from '../../manifest/write-manifest.js';
import type { RecordedState } from '../../model/resources.js';
import { printable } from '../../model/text.js';
import { unmanagedNotices } from '../../planning/kinds/unmanaged.js';
import { readClock } from '../../postgres/server.js';
import type { ApplyContext } from '../context/context.js';
import { withDatabase } from '../context/database.js';
import { commentsOf } from './comments.js';
import { type Expressible, expressible } from './expressible.js';
import type { LeftOut } from './unloadable.js';

interface ExportedManifest {
  /** YAML. */
  readonly manifest: string;
  /** What is recorded and stands in a comment only. */
  readonly leftOut: readonly LeftOut[];
  /** The notices of a plan from it about what it lists. */
  readonly notices: readonly string[];
}

/**
 * The recorded state as a manifest, which is loaded and planned again as a check. What no manifest
 * can hold, such as a config value of JSON null, stands in comments, with its address in the list
 * `unmanaged`. The same tables give the same bytes. Throws what the database throws, and
 * `invalid-input` where all manifests together may not hold as much.
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
  const found = await expressible({ recorded, now, toolVersion: context.version });
  return {
    manifest: manifestText(found, { recorded, now }),
    leftOut: found.leftOut,
    notices: noticesOf(found, recorded),
  };
}

function manifestText(
  { desired, leftOut }: Expressible,
  { recorded, now }: { readonly recorded: RecordedState; readonly now: string },
): string {
  const instances = desired.instances && foldInstances(desired.instances);
  const comments = commentsOf({ recorded, now, leftOut });
  return `${headerOf(recorded)}${writeManifest({ ...desired, instances }, comments)}`;
}

function headerOf({ database }: RecordedState): string {
  return [
    '# yaml-language-server: $schema=cluster.schema.json (lenkwerk schema > cluster.schema.json)',
    `# What is recorded in ${printable(database)}, by lenkwerk export.`,
    '',
  ].join('\n');
}

/** That something is left out is a notice of the export itself. */
function noticesOf({ desired, plan }: Expressible, recorded: RecordedState): readonly string[] {
  const ofList = new Set(unmanagedNotices(desired, recorded));
  return plan.notices.filter((notice) => !ofList.has(notice));
}
