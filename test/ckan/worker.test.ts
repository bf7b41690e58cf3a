/** How a worker begins, with a fake for CKAN's command. That a real one goes, and lets its job end: test/variants/keda.test.ts. */
import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Runs worker.py as a process whose CKAN, once it loads, runs `loading`, and prints its exit code and what it printed. */
const harness = `
import os, subprocess, sys, tempfile
folder = tempfile.mkdtemp()
os.makedirs(f"{folder}/ckan/cli")
for path, text in {"ckan/__init__.py": "", "ckan/cli/__init__.py": "", "ckan/cli/cli.py": sys.argv[1], "worker.py": sys.stdin.read()}.items():
    with open(f"{folder}/{path}", "w") as file:
        file.write(text)
done = subprocess.run([sys.executable, f"{folder}/worker.py", "jobs", "worker", "default"], stdout=subprocess.PIPE, timeout=20)
print(done.returncode, done.stdout.decode().strip())
`;
const run = (loading: string) => python(harness, scripts["worker.py"], [loading]).trim();

test.skipIf(pythonIsMissing)("runs CKAN's command with what it was given", () => {
  expect(run('import sys\nckan = lambda: print(" ".join(sys.argv[1:]))')).toBe("0 jobs worker default");
});

test.skipIf(pythonIsMissing)("goes at once when it is told to while CKAN loads", () => {
  const told =
    "import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(10)\nckan = lambda: print('worked')";
  expect(run(told)).toBe("0");
});
