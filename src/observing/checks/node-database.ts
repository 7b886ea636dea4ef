/** Checks of the database of a storage node. */
import type { Client } from 'pg';
import { requireFittingTables } from '../../database/setup/fitting-tables.js';
import { FOREIGN_INBOUND, hasForeignInbound, INBOUND_REMEDY } from '../../database/setup/node.js';
import { readFollower } from '../../following/tables/position.js';
import { formatLsn } from '../../model/lsn.js';
import { type Finding, guarded, ok, warn } from '../finding.js';

/** A check that fails is a finding; only defects are thrown. */
export async function checkNodeDatabase(client: Client): Promise<readonly Finding[]> {
  return [
    ...(await guarded('node.tables', async () => {
      await requireFittingTables(client);
      return [ok('node.tables', 'the six tables are there and fit')];
    })),
    ...(await guarded('node.functions', () => checkInbound(client))),
    ...(await guarded('node.position', () => checkPosition(client))),
  ];
}

async function checkInbound(client: Client): Promise<readonly Finding[]> {
  const check = 'node.functions';
  if (await hasForeignInbound(client)) return [warn(check, FOREIGN_INBOUND, INBOUND_REMEDY)];
  return [ok(check, 'storage.inbound_from_kvstore takes a record however often it comes')];
}

async function checkPosition(client: Client): Promise<readonly Finding[]> {
  const check = 'node.position';
  const { position } = await readFollower(client);
  if (position === undefined) {
    return [warn(check, 'nothing was applied yet', 'run `lenkwerk follow`')];
  }
  const { target, lsn, revision, appliedAt } = position;
  const where = `${formatLsn(lsn)}, revision ${revision} of target ${target}`;
  return [ok(check, `the tables show ${where}, since ${appliedAt}`)];
}
