/** The replication library alone: how fast a backlog can arrive at all. */
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';

const PUBLICATION = 'bagger_lw_storage';

/** Milliseconds from the start of the stream until `rows` inserted rows have arrived. */
export async function receiveMs(databaseUrl: string, slot: string, rows: number): Promise<number> {
  const service = new LogicalReplicationService(
    { connectionString: databaseUrl },
    { acknowledge: { auto: false, timeoutSeconds: 0 } },
  );
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [PUBLICATION] });
  let startMs = performance.now();
  service.on('start', () => {
    startMs = performance.now();
  });
  let arrived = 0;
  const done = new Promise<number>((resolve, reject) => {
    service.on('error', reject);
    service.on('data', (_lsn, message) => {
      if (message.tag !== 'insert') return;
      arrived += 1;
      if (arrived === rows) resolve(performance.now() - startMs);
    });
    service.subscribe(plugin, slot).catch(reject);
  });
  try {
    return await done;
  } finally {
    await service.destroy();
  }
}
