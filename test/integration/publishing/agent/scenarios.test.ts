/** The scenarios that the simulation runs as well: real servers keep the simulated ones honest. */
import { afterEach, beforeEach, test } from 'vitest';
import { REAL_SCENARIOS, runReal } from '../../../sim/real/scenarios.js';
import { RealDriver } from '../../../support/real-driver.js';

let driver: RealDriver;
beforeEach(async () => {
  driver = await RealDriver.create();
});
afterEach(() => driver.close());

test.each(Object.entries(REAL_SCENARIOS))(
  '%s',
  async (_name, scenario) => {
    await runReal(driver, scenario);
  },
  120_000,
);
