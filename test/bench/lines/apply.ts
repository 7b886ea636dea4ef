/** An apply that creates everything, beside a COPY of the same rows. */
import { planStep } from '../../../src/applying/plan/current-plan.js';
import { apply } from '../../../src/database/apply.js';
import { desiredFrom } from '../../../src/manifest/load.js';
import { SourceFile } from '../../../src/manifest/source.js';
import { writeManifest } from '../../../src/manifest/write-manifest.js';
import type { DesiredState } from '../../../src/model/resources.js';
import { loggedPlan } from '../../../src/planning/format/write.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import type { Bench, BenchCluster } from '../bench.js';
import { copyIn, copyOut } from '../floors/copy.js';
import { manifestOf } from '../manifest.js';
import { type Result, ratioAtMost } from '../result.js';
import { alternate, median, timeMs } from '../statistics.js';

const OBJECTS = 10_000;
const REPETITIONS = 7;
const TABLES = ['postgres_instance', 'config', 'index', 'index_field'];

export async function applyCreations(bench: Bench): Promise<readonly Result[]> {
  const objects = bench.size(OBJECTS);
  const cluster = await bench.cluster();
  try {
    const source = new SourceFile('bench.yaml', manifestOf(objects, 0));
    const loaded = await desiredFrom([source]);
    if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems.slice(0, 3)));
    await applyOnce(cluster, loaded.desired);
    const rows = await copyTables(cluster);
    const figures = await alternate(bench.rounds(REPETITIONS), {
      apply: async () => {
        await empty(cluster);
        return await timeMs(() => applyOnce(cluster, loaded.desired));
      },
      copy: async () => {
        await empty(cluster);
        return await timeMs(() => copyBack(cluster, rows));
      },
    });
    const applies = figures('apply');
    return [
      {
        what: `apply: ${objects} creations, without reading the manifest`,
        unit: 'ms',
        value: median(applies.samples),
        ...applies,
        floor: {
          what: 'COPY of the same rows in one transaction',
          value: median(figures('copy').samples),
        },
        goal: ratioAtMost(3.5),
        note: 'plans, writes, reads back, plans again, keeps plan and manifest in the log',
      },
    ];
  } finally {
    await cluster.drop();
  }
}

async function applyOnce(cluster: BenchCluster, desired: DesiredState) {
  const settings = connectionSettings({ url: cluster.databaseUrl }, {});
  const client = await openConnection(settings, 'apply');
  try {
    const desiredText = () => writeManifest(desired);
    const step = { desired, toolVersion: '0.0.0', gitCommit: null, desiredText };
    await apply(client, {
      plan: (recorded, now) => planStep(step, recorded, now),
      logged: loggedPlan,
      origin: { author: null, gitCommit: null, ci: null },
      reconnect: () => openConnection(settings, 'apply'),
    });
  } finally {
    await client.end();
  }
}

async function empty({ sql }: BenchCluster): Promise<void> {
  await sql.query(`TRUNCATE ${TABLES.map((table) => `storage.${table}`).join(', ')}`);
}

async function copyTables({ sql }: BenchCluster): Promise<ReadonlyMap<string, Buffer>> {
  const rows = new Map<string, Buffer>();
  for (const table of TABLES) {
    rows.set(table, await copyOut(sql, `COPY storage.${table} TO STDOUT`));
  }
  return rows;
}

/** In a session of its own, as the apply is. */
async function copyBack(cluster: BenchCluster, rows: ReadonlyMap<string, Buffer>): Promise<void> {
  const client = await openConnection(connectionSettings({ url: cluster.databaseUrl }, {}), 'copy');
  try {
    await client.query('BEGIN');
    for (const [table, data] of rows) {
      await copyIn(client, `COPY storage.${table} FROM STDIN`, data);
    }
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
