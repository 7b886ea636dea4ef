import { defineDriver } from '../driver-kit.js';
import { withHostPassword } from '../host-settings.js';
import { filesOfTls } from '../settings.js';
import {
  describeZookeeper,
  ZOOKEEPER_LIMITS,
  zookeeperFromConfig,
  zookeeperFromUrl,
} from './settings.js';

/** ZooKeeper 3.6 and later, by its own protocol. */
export const zookeeper = defineDriver({
  type: 'zookeeper',
  schemes: ['zookeeper', 'zookeepers'],
  exampleUrl: 'zookeeper://host:2181?prefix=/eu',
  passwordPlace: 'ZOOKEEPER_PASSWORD',
  limits: ZOOKEEPER_LIMITS,
  guarantees: {
    acknowledged: 'consensus',
    foreignWrites: 'unseen',
    pastRevisions: 'in-journal',
  },
  variables: { login: ['ZOOKEEPER_PASSWORD'], byHost: [] },
  fromUrl: zookeeperFromUrl,
  fromConfig: zookeeperFromConfig,
  fromEnvironment: undefined,
  withPassword: withHostPassword,
  describe: describeZookeeper,
  files: ({ tls }) => filesOfTls(tls),
  places: ({ endpoints, chroot }) => endpoints.map((endpoint) => `zookeeper ${endpoint}${chroot}`),
  load: async () => (await import('./store.js')).connectZookeeper,
});
