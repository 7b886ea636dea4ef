import {
  resolveStore,
  type StoreDestination,
  type StoreSources,
} from '../../src/kvstore/resolve-settings.js';

const NO_SOURCES = {
  ...{ url: undefined, variables: {}, project: undefined },
  ...{ secretsDir: undefined, recorded: undefined },
};

/** What these sources lead to; the others have nothing. */
export function storeFrom(sources: Partial<StoreSources>): StoreDestination {
  return resolveStore({ ...NO_SOURCES, ...sources });
}
