/** Extracts from kubectl's standard error why it failed. */

/** How error lines of kubectl and its login plugins begin. Invalid objects are `The Pod "a" is invalid`. */
const beginning =
  /^(ERROR|[Ee]rror:|Error from server|Unable to connect|The connection|The \S+ ".*" is invalid|The request is invalid|getting credentials|\S+ did not end within)/;

/** client-go's retries, in klog's format: the final error repeats them. */
const attempt = /^[EWIF]\d{4} \d\d:\d\d:\d\d/;

/** After a failed login the plugin has already printed its own reason, before kubectl's. */
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
