/** The kinds of store. README.md beside this file is the guide to adding one. */
import { LenkwerkError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import type { StoreDriver } from './driver-kit.js';
import { etcd } from './etcd/driver.js';
import { postgres } from './postgres/driver.js';
import { redis, valkey } from './redis/driver.js';
import { URL_ORIGIN } from './settings.js';
import { zookeeper } from './zookeeper/driver.js';

/** One entry per driver; help texts and hints list them in this order. */
export const DRIVERS: readonly StoreDriver[] = Object.values({
  etcd,
  postgres,
  redis,
  valkey,
  zookeeper,
});

/** The driver of databases in which Bagger did not record `kvstore_type` yet. */
const DEFAULT_DRIVER = etcd;

/**
 * The type of these whose stores take the smallest values, and how many bytes that is. Undefined is
 * the default driver's; types of no driver are passed over.
 */
export function smallestValueLimit(types: readonly (JsonValue | undefined)[]): {
  readonly type: string;
  readonly bytes: number;
} {
  const named = DRIVERS.filter(
    (driver) =>
      types.includes(driver.type) || (driver === DEFAULT_DRIVER && types.includes(undefined)),
  );
  const [smallest = DEFAULT_DRIVER] = [...named].sort(
    (a, b) => a.limits.maxValueBytes - b.limits.maxValueBytes,
  );
  return { type: smallest.type, bytes: smallest.limits.maxValueBytes };
}

/** The driver that a URL's scheme names. Throws `usage`, never showing the URL. */
export function driverOfUrl(url: string): StoreDriver {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1] ?? '';
  const driver = DRIVERS.find(({ schemes }) => schemes.includes(scheme));
  if (driver !== undefined) return driver;
  const known = DRIVERS.flatMap(({ schemes }) => schemes.map((name) => `${name}://`));
  throw new LenkwerkError('usage', `${URL_ORIGIN} is of no known scheme`, {
    hint: `the schemes are: ${known.join(', ')}`,
  });
}

/** The driver that a recorded `kvstore_type` names; undefined: none is recorded. Throws `usage`. */
export function driverOfType(type: JsonValue | undefined): StoreDriver {
  if (type === undefined) return DEFAULT_DRIVER;
  const driver = DRIVERS.find((known) => known.type === type);
  if (driver !== undefined) return driver;
  const shown = typeof type === 'string' ? JSON.stringify(type) : 'it is not a string';
  throw new LenkwerkError('usage', `kvstore_type: no such driver: ${shown}`, {
    hint: `the drivers are: ${DRIVERS.map((known) => JSON.stringify(known.type)).join(', ')}`,
  });
}
