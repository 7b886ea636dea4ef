import { LenkwerkError } from '../../model/errors.js';
import { defineDriver } from '../driver-kit.js';
import { withHostPassword } from '../host-settings.js';
import { filesOfTls } from '../settings.js';
import {
  describeRedis,
  PASSWORD_VARIABLE,
  placesOfRedis,
  REDIS_LIMITS,
  type RedisKind,
  redisFromConfig,
  redisFromUrl,
} from './settings.js';

/** Redis 7.0 and later: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const redis = driverOf('redis');

/** Valkey, with the same protocol: https://valkey.io/topics/protocol/ */
export const valkey = driverOf('valkey');

function driverOf(kind: RedisKind) {
  return defineDriver({
    type: kind,
    schemes: [kind, `${kind}s`],
    exampleUrl: `${kind}://host:6379?prefix=/eu`,
    passwordPlace: PASSWORD_VARIABLE,
    limits: REDIS_LIMITS,
    // Replication does not wait for replicas.
    guarantees: {
      acknowledged: 'may-be-lost',
      foreignWrites: 'noticed',
      pastRevisions: 'in-journal',
    },
    variables: { login: [PASSWORD_VARIABLE], byHost: [] },
    fromUrl: redisFromUrl(kind),
    fromConfig: redisFromConfig(kind),
    fromEnvironment: undefined,
    withPassword: withHostPassword,
    describe: describeRedis,
    files: ({ tls }) => filesOfTls(tls),
    places: placesOfRedis,
    load: async () => (await import('./store.js').catch(explainMissing)).connectRedis,
  });
}

const CLIENT = '@redis/client';

/** The client is an optional dependency, for those who use this driver. */
function explainMissing(cause: unknown): never {
  const isMissing = cause instanceof Error && 'code' in cause;
  if (!isMissing || cause.code !== 'ERR_MODULE_NOT_FOUND' || !cause.message.includes(CLIENT)) {
    throw cause;
  }
  const message = `a store in Redis or Valkey needs the package ${CLIENT}, which is not installed`;
  throw new LenkwerkError('environment', message, { cause, hint: `npm install ${CLIENT}@6` });
}
