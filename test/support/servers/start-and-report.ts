/**
 * A program that starts a development environment in the folder given, writes what it started to
 * standard output as one line of JSON, and then waits to be killed.
 */
import { startDevEnvironment } from '../../../src/dev/environment.js';

const [, , directory] = process.argv;
const { PG_MAJOR } = process.env;
const major = PG_MAJOR === undefined ? undefined : Number(PG_MAJOR);
const environment = await startDevEnvironment({ env: process.env, directory, major });
const report = {
  databaseUrl: environment.databaseUrl,
  endpoint: environment.store.url.replace('etcd:', 'http:'),
  postgres: environment.postgres.pid,
  etcd: environment.store.pid,
  major: environment.postgres.major,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
process.stdin.resume();
