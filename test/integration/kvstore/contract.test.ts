/** The same suite over every driver of the table. */
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import { describeStoreContract } from '../../support/store-contract/contract.js';

for (const { type } of DRIVERS) describeStoreContract(type);
