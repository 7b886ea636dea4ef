/** The manifests that were applied last, by the log of applies, and what they manage. */
import type { Client } from 'pg';
import { type ApplyLogEntry, getApplyLogEntry } from '../../database/log/entries.js';
import { lastOfManifests } from '../../database/log/list.js';
import { desiredFrom } from '../../manifest/load.js';
import { ProblemsError } from '../../manifest/problems/diagnostic.js';
import { SourceFile } from '../../manifest/source.js';
import { LenkwerkError } from '../../model/errors.js';
import { foldNames } from '../../model/names.js';
import { readLoggedPlan } from '../../planning/format/read.js';
import { managedStatuses, type SetStatus } from '../../planning/instances/set-status.js';
import type { DesiredSource } from '../desired.js';

/**
 * The newest apply of manifests, or of what they were: one that only set the status of instances
 * does not say what is desired from then on. Throws database failures.
 */
export async function lastManifestApply(client: Client): Promise<ApplyLogEntry | undefined> {
  const id = await lastOfManifests(client);
  return id === undefined ? undefined : await getApplyLogEntry(client, id);
}

/** Of a partial apply that part. Throws `invalid-input` where it cannot be read. */
export async function appliedSource(entry: ApplyLogEntry): Promise<DesiredSource> {
  const name = `apply ${entry.id}`;
  if (entry.desired === null) {
    throw new LenkwerkError('invalid-input', 'the log has no desired state of it');
  }
  const loaded = await desiredFrom([new SourceFile(name, entry.desired)]);
  if (loaded.kind === 'problems') throw new ProblemsError(loaded.problems);
  const selection = readLoggedPlan(entry, name).partial ?? undefined;
  return { desired: loaded.desired, gitCommit: entry.gitCommit, selection };
}

/**
 * Returns notices for the reviewer of a request to set a status. Throws `refused` where the
 * manifests that were applied last manage the status of one of the instances, unless the request
 * overrides it. Manifests that the log does not have any more, or that cannot be read, count for
 * nothing. Throws database failures.
 */
export async function managedStatusNotices(
  client: Client,
  request: SetStatus | undefined,
): Promise<readonly string[]> {
  const entry = request && (await lastManifestApply(client));
  if (request === undefined || entry === undefined) return [];
  const desired = await appliedSource(entry).then(
    (source) => source.desired,
    (error: unknown) => {
      if (error instanceof LenkwerkError) return undefined;
      throw error;
    },
  );
  const managed = desired === undefined ? [] : managedStatuses(request, desired);
  if (managed.length === 0) return [];
  const names = foldNames(managed.map(({ name }) => name)).join(', ');
  const statuses = [...new Set(managed.map(({ status }) => status))].join(', ');
  const message = `the manifests of apply ${entry.id} manage the status of ${names} (${statuses}): the next apply of them takes another one back`;
  if (request.override) return [message];
  throw new LenkwerkError('refused', message, {
    hint: 'change it there; or until then: `lenkwerk instance set-status STATUS HOST --override`',
  });
}
