/** Command-line arguments of preflight. */
import { parseArgs } from "node:util";
import { fromCaller } from "../render/caller.ts";

export const usage = `usage: npm run preflight -- <stack> [--config-file <file>] [--image <image>] [--only-read]
  --config-file  the stack's file; default: Pulumi.<stack>.yaml
  --image        an image with Python for the pods of the trial; default: the first site's own
  --only-read    makes nothing in the cluster: no pods, so that nothing is known of images, policies, names and servers`;

export interface Options {
  readonly stack: string;
  /** Absolute path. */
  readonly file: string | undefined;
  readonly image: string | undefined;
  readonly onlyRead: boolean;
}

export type Call =
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly why: string }
  | { readonly kind: "preflight"; readonly options: Options };

/** @param args without the program's own name */
export function readCall(args: readonly string[]): Call {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        "config-file": { type: "string" },
        image: { type: "string" },
        "only-read": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    if (values.help) return { kind: "help" };
    const [stack = "", ...others] = positionals;
    if (stack === "") return { kind: "wrong", why: "a stack is needed" };
    if (others.length > 0) return { kind: "wrong", why: `one stack is needed, got ${others.join(", ")} as well` };
    const { "config-file": file, image } = values;
    if (file === "") return { kind: "wrong", why: "--config-file needs the name of a file" };
    if (image === "") return { kind: "wrong", why: "--image needs the name of an image" };
    const path = file === undefined ? undefined : fromCaller(file);
    return { kind: "preflight", options: { stack, file: path, image, onlyRead: values["only-read"] } };
  } catch (error) {
    // parseArgs' message about an unknown option or a missing value.
    return { kind: "wrong", why: (error as Error).message };
  }
}
