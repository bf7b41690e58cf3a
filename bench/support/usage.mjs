// Preloaded into a Node.js program (`node --import`): when it ends, it notes what it used. Plain JavaScript, so that nothing is
// loaded for it that the program itself would not load.
import { appendFileSync } from "node:fs";

const file = process.env["BENCH_USAGE"];
if (file !== undefined) {
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const processor = (userCPUTime + systemCPUTime) / 1e6;
    appendFileSync(file, `${JSON.stringify({ megabytes: (maxRSS * 1024) / 1e6, processor })}\n`);
  });
}
