/** Why kubectl failed, out of all that it wrote to standard error. */

/** How kubectl, or the program that logs it in, begins to say what happened. Invalid objects are `The Pod "a" is invalid`. */
const beginning =
  /^(ERROR|[Ee]rror:|Error from server|Unable to connect|The connection|The \S+ ".*" is invalid|The request is invalid|getting credentials|\S+ did not end within)/;

/** client-go's attempts, in klog's format: what they say comes once more at the end. */
const attempt = /^[EWIF]\d{4} \d\d:\d\d:\d\d/;

/** Where logging in failed, the program that does it has said why in its own words, before kubectl says that it failed. */
const loggingIn = /getting credentials|exec plugin|did not end within/;

export function reasonOf(stderr: string): string {
  const all = stderr.split("\n").map((line) => line.trim());
  const said = [...new Set(all.filter((line) => line !== "" && !attempt.test(line)))];
  const at = said.findIndex((line) => beginning.test(line));
  if (at === -1) return said.join(" ") || (all.filter((line) => line !== "").at(-1) ?? "");
  const reason = said.slice(at).join(" ");
  const before = said.slice(0, at).join(" ");
  return before !== "" && loggingIn.test(reason) ? `${reason} (${before})` : reason;
}
