/** A repository with a project file, and two databases that are set up. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { queryDatabase } from '../servers/command-cluster.js';
import { createDatabase, type TestDatabase } from '../servers/servers.js';
import { lenkwerk } from './command-line.js';

type OfEach<Value> = Readonly<Record<'staging' | 'production', Value>>;

export interface Project {
  readonly urls: OfEach<string>;
  /** The uuids of the clusters. */
  readonly ids: OfEach<string>;
  /** The names of the databases. */
  readonly names: OfEach<string>;
  /** The project file. */
  readonly file: string;
  readonly path: (name: string) => string;
  /** Writes a manifest with these sections and returns its path. */
  readonly write: (name: string, sections: string, kind?: string) => string;
  /** Writes the project file: each environment with its cluster, paths and database, and more. */
  readonly environments: (more?: Partial<OfEach<string>>) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function project(): Promise<Project> {
  const [staging, production] = [await prepared(), await prepared()];
  const folder = mkdtempSync(join(tmpdir(), 'lenkwerk-project-'));
  const path = (name: string) => join(folder, name);
  const write = (name: string, sections: string, kind = 'Cluster') => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), `apiVersion: lenkwerk/v1\nkind: ${kind}\n${sections}`);
    return path(name);
  };
  write('staging/empty.yaml', '');
  write('production/empty.yaml', '');
  write('cluster/empty.yaml', '');
  const environment = (name: string, { id, url }: Prepared, more = '') => `
  ${name}:
    cluster: ${id}
    paths: [cluster/, ${name}/]
    database:
      host: ${url.hostname}
      port: ${url.port}
      user: ${url.username}
      database: ${url.pathname.slice(1)}
    ${more}\n`;
  return {
    urls: { staging: staging.url.href, production: production.url.href },
    ids: { staging: staging.id, production: production.id },
    names: { staging: staging.url.pathname.slice(1), production: production.url.pathname.slice(1) },
    file: path('lenkwerk.yaml'),
    path,
    write,
    environments: async (more = {}) => {
      const both = [
        environment('staging', staging, more.staging),
        environment('production', production, more.production),
      ];
      write('lenkwerk.yaml', `environments:${both.join('')}`, 'Project');
    },
    close: async () => {
      await staging.database.drop();
      await production.database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Prepared {
  readonly database: TestDatabase;
  readonly url: URL;
  readonly id: string;
}

async function prepared(): Promise<Prepared> {
  const database = await createDatabase();
  await lenkwerk(['init', '--db', database.url]);
  const [[id] = []] = await queryDatabase(database.url, 'SELECT uuid::text FROM lenkwerk.cluster');
  return { database, url: new URL(database.url), id: String(id) };
}
