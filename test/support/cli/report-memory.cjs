/**
 * Required by a process that startMeasured starts: writes its peak of resident memory, in KiB, to
 * descriptor 3 when its JavaScript ends. `maxRSS` would not do on Linux, where a process inherits
 * the peak of the one that started it; `VmHWM` belongs to the program
 * (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
 */
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () => writeSync(3, String(highWaterMark() ?? process.resourceUsage().maxRSS)));

function highWaterMark() {
  try {
    return /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
