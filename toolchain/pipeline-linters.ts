/** Linters and parsers that `npm run scan:pipelines` runs. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureGoPrograms } from "./go.ts";
import { ensurePrograms } from "./packages.ts";
import { cacheRoot } from "./paths.ts";
import { run } from "./process.ts";
import { ensurePythonProgram } from "./python.ts";
import { step, ToolchainError } from "./steps.ts";
import { actionlintVersion, groovyVersion, pipelineLintersVersion } from "./versions.ts";

export interface PipelineLinters {
  readonly actionlint: string;
  readonly shellcheck: string;
  readonly zizmor: string;
  /** The Python that has check-jsonschema. */
  readonly schemaPython: string;
  /** The archive with Groovy's compiler. */
  readonly groovy: string;
}

/** SHA-256 of org.apache.groovy:groovy on Maven Central. */
const groovyHash = "d77164a44ab994837e61eecead64721bdb1794fa2bc6704ac6fe70cd32ef9dd3";

export async function ensurePipelineLinters(): Promise<PipelineLinters> {
  const programs = { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" };
  const cost = "1 minute on 2 cores";
  const bin = await ensureGoPrograms({ name: "actionlint", version: actionlintVersion, programs, cost });
  const python = await ensurePythonProgram({ name: "pipelines", version: pipelineLintersVersion, cost: "1 minute" });
  const installed = (name: string) => join(dirname(python), name);
  return {
    actionlint: join(bin, "actionlint"),
    shellcheck: installed("shellcheck"),
    zizmor: installed("zizmor"),
    schemaPython: python,
    groovy: await ensureGroovy(),
  };
}

async function ensureGroovy(): Promise<string> {
  const file = join(cacheRoot, "java", `groovy-${groovyVersion}.jar`);
  await ensurePrograms({ java: "default-jre-headless" });
  if (existsSync(file)) return file;
  await step(`Groovy ${groovyVersion} from Maven Central (1 minute when nothing is cached)`, async () => {
    await ensurePrograms({ mvn: "maven" });
    const folder = `${file}.${process.pid}.tmp`;
    mkdirSync(folder, { recursive: true });
    try {
      const artifact = `org.apache.groovy:groovy:${groovyVersion}`;
      await run("mvn", ["-q", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
      const copied = join(folder, `groovy-${groovyVersion}.jar`);
      const hash = createHash("sha256").update(readFileSync(copied)).digest("hex");
      if (hash !== groovyHash) {
        throw new ToolchainError(
          `${artifact} has the SHA-256 ${hash}`,
          "find out who serves another file under this name",
        );
      }
      renameSync(copied, file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return file;
}
