import { setFlagsFromString } from 'node:v8';

/** The V8 of Node 26. A later one may not know the flags, and would report that on stderr. */
const NEWEST_V8_TRIED = 14;
/** The flags that `--liftoff-only` implies; V8 expands that one only at the start of a process. */
const BASELINE_ONLY = '--no-wasm-dynamic-tiering --no-wasm-tier-up';

/**
 * Lets V8 compile WebAssembly with its baseline compiler only, from now on and in the whole
 * process; does nothing on a V8 in which this was not tried. The optimising compiler works in the
 * background on functions that ran for a while (https://v8.dev/docs/wasm-compilation-pipeline).
 * With PostgreSQL's grammar that takes longer than the vetting itself, and 600 MB on Node 24. V8
 * reads the flags when a module begins to compile: call this before the import of the module.
 */
export function compileWasmBaselineOnly(): void {
  if (Number.parseInt(process.versions.v8, 10) > NEWEST_V8_TRIED) return;
  setFlagsFromString(BASELINE_ONLY);
}
