/** Writes which tests did not run, as the last lines of a run; under CI=true that is a failure. */
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** `file: name`, for each test of the modules that was skipped. */
function skippedTests(modules: readonly TestModule[]): readonly string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests('skipped')].map(
      (skipped) => `${module.relativeModuleId}: ${skipped.fullName}`,
    ),
  );
}

export class SkippedReporter implements Reporter {
  #isSelection = false;

  /** Of a part chosen by name (`-t`), the rest counts as skipped for vitest. */
  onInit(vitest: Vitest): void {
    this.#isSelection = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = this.#isSelection ? [] : skippedTests(modules);
    if (skipped.length === 0) return;
    const isCi = process.env['CI'] === 'true';
    console.log(
      `${skipped.length} tests were skipped${isCi ? ', which fails under CI=true' : ''}:`,
    );
    for (const name of skipped) console.log(`  ${name}`);
    if (isCi) process.exitCode = 1;
  }
}
