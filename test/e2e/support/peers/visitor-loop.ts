/**
 * Asks for one page after the other, each time on a new connection as visitors do, and prints one line for each answer:
 * `<took, ms> <status or reason>`. No two addresses are the same, so that no cache answers. A process of its own, so that
 * nothing else of a test holds it up; it does not wait for an answer before it asks again.
 */
const [site, interval, longest, ...paths] = process.argv.slice(2);
if (site === undefined || paths.length === 0)
  throw new Error("usage: visitor-loop.ts <url> <ms between two> <most requests> <path that ends in a number>...");

/** Longer than any page takes; what hangs is a failure, too. */
const patience = 10_000;
const run = Date.now();

async function ask(path: string): Promise<void> {
  const started = performance.now();
  const options = { headers: { connection: "close" }, signal: AbortSignal.timeout(patience) };
  const outcome = await fetch(`${site}${path}`, options).then(
    async (response) => {
      await response.arrayBuffer();
      return String(response.status);
    },
    (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name,
  );
  process.stdout.write(`${Math.round(performance.now() - started)} ${outcome}\n`);
}

let number = 0;
const timer = setInterval(() => {
  void ask(`${paths[number % paths.length]}${run}-${number}`);
  number += 1;
  // Whoever started this may have died.
  if (number === Number(longest)) clearInterval(timer);
}, Number(interval));
// What is on its way may end.
process.on("SIGTERM", () => clearInterval(timer));
