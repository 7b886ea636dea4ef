/** A connection pooler before a PostgreSQL, as Debian packages it. */
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { LOOPBACK, onFreePort } from '../../src/dev/ports.js';
import { cacheFolder, exists, installOnce } from '../../src/dev/programs/cache.js';
import { unpackPackages } from '../../src/dev/programs/debian-packages.js';
import { postgresIdentity } from '../../src/dev/programs/find-postgres.js';
import { ThrowAwayServer } from '../../src/dev/server.js';

const PACKAGES = ['pgbouncer', 'libevent-2.1-7', 'libc-ares2'];
const LIBRARIES = `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const INSTALL_TIMEOUT_MS = 120_000;

interface Pooler {
  readonly port: number;
  stop(): Promise<void>;
}

interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** On the PATH, else fetched into the cache, beside etcd. */
async function findPgbouncer(): Promise<Program> {
  const { env } = process;
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, 'pgbouncer');
    if (await exists(file)) return { file, env: {} };
  }
  const target = join(cacheFolder(env), 'pgbouncer-linux');
  await installOnce(target, (folder) =>
    unpackPackages(PACKAGES, { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS }),
  );
  return {
    file: join(target, 'usr', 'sbin', 'pgbouncer'),
    env: { LD_LIBRARY_PATH: join(target, LIBRARIES) },
  };
}

/** Pools sessions of the server at this port; `settings` are further lines of its file. */
export async function startPgbouncer(serverPort: number, settings: string): Promise<Pooler> {
  const program = await findPgbouncer();
  const identity = await postgresIdentity();
  return onFreePort(async (port) => {
    const guarded = { name: 'pgbouncer', identity, guardSignal: 'KILL' } as const;
    const server = await ThrowAwayServer.create(guarded);
    const config = join(server.folder, 'pgbouncer.ini');
    const users = join(server.folder, 'users.txt');
    await writeFile(users, '"postgres" ""\n');
    await writeFile(
      config,
      `[databases]
* = host=${LOOPBACK} port=${serverPort}
[pgbouncer]
listen_addr = ${LOOPBACK}
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = session
${settings}
`,
    );
    try {
      await server.start({ ...program, args: [config] }, () => accepts(port));
    } catch (error) {
      await server.remove();
      throw error;
    }
    return {
      port,
      stop: async () => {
        await server.end('SIGKILL');
        await server.remove();
      },
    };
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
