/** The recorded configuration, as far as this program has to understand it. */
import type { Client } from 'pg';
import { inSnapshot, readRecorded } from '../../database/state.js';
import { readClusterSettings } from '../../planning/cluster-settings.js';
import { type Finding, fail, ok } from '../finding.js';

export async function checkConfig(client: Client): Promise<readonly Finding[]> {
  const { config } = await inSnapshot(client, readRecorded);
  const { problems, productionNow } = readClusterSettings(undefined, config);
  if (problems.length === 0) {
    const where = productionNow ? 'in production' : 'not in production';
    return [ok('config.values', `the settings can be read; the cluster is ${where}`)];
  }
  return problems.map(({ message, hint, address }) =>
    fail('config.values', `${address}: ${message}`, hint ?? 'set it right in the manifests'),
  );
}
