/** Run as a process: places a barrier in the database of a URL. */
import { openConnection } from '../../src/postgres/connection.js';
import { connectionSettings } from '../../src/postgres/connection-settings.js';
import { KeySpace } from '../../src/publishing/records/key-space.js';
import { PostgresReader } from '../../src/publishing/source/postgres-reader.js';

const [url = '', signal] = process.argv.slice(2);
const client = await openConnection(connectionSettings({ url }, {}), 'barrier');
await new PostgresReader(client).tryBarrier({
  keySpace: new KeySpace(''),
  nonce: 'n',
  // With a signal as the second argument, to itself, before the commit.
  onRead: () => {
    if (signal === 'SIGSTOP' || signal === 'SIGKILL') process.kill(process.pid, signal);
  },
});
