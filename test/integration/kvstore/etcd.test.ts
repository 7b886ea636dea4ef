import { etcdEndpoint } from '../../support/servers.js';
import { describeStoreContract } from './contract.js';
import { connectTo } from './etcd-support.js';

describeStoreContract('etcd', () => connectTo([etcdEndpoint()]));
