import { defineDriver } from '../driver-kit.js';
import { withHostPassword } from '../host-settings.js';
import { filesOfTls } from '../settings.js';
import {
  describeEtcd,
  ETCD_LIMITS,
  etcdFromConfig,
  etcdFromUrl,
  etcdFromVariables,
} from './settings.js';

/** etcd 3.4 and later, by its gRPC interface: https://etcd.io/docs/v3.5/learning/api/ */
export const etcd = defineDriver({
  type: 'etcd',
  schemes: ['etcd', 'etcds'],
  exampleUrl: 'etcd://host:2379?prefix=/eu',
  passwordPlace: 'ETCDCTL_PASSWORD',
  limits: ETCD_LIMITS,
  guarantees: {
    acknowledged: 'consensus',
    foreignWrites: 'in-order',
    pastRevisions: 'until-compacted',
  },
  variables: {
    login: ['ETCDCTL_USER', 'ETCDCTL_PASSWORD', 'ETCDCTL_CACERT', 'ETCDCTL_CERT', 'ETCDCTL_KEY'],
    byHost: [],
  },
  fromUrl: etcdFromUrl,
  fromConfig: etcdFromConfig,
  fromEnvironment: { placeVariable: 'ETCDCTL_ENDPOINTS', read: etcdFromVariables },
  withPassword: withHostPassword,
  describe: describeEtcd,
  places: ({ endpoints }) => endpoints.map((endpoint) => `etcd ${endpoint}`),
  files: ({ tls }) => filesOfTls(tls),
  load: async () => (await import('./store.js')).connectEtcd,
});
