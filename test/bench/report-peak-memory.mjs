// Loaded with --import before a program that is measured: at its end, writes its peak resident set in bytes and its processor
// time, the system's included, to the file named by ASSAY_PEAK_MEMORY_FILE.
import { writeFileSync } from 'node:fs';

const file = process.env['ASSAY_PEAK_MEMORY_FILE'];
// Worker threads load this too; the figure is the process's.
const { isMainThread } = await import('node:worker_threads');
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const used = { peakMemoryBytes: maxRSS * 1024, processorMs: (userCPUTime + systemCPUTime) / 1000 };
    writeFileSync(file, JSON.stringify(used));
  });
}
