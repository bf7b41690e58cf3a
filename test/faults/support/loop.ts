/**
 * Asks one page again and again, each time on a new connection as visitors do, and prints one line for each answer:
 * `<started, ms> <took, ms> <status or reason>`. A process of its own, so that nothing else of a test holds it up.
 */
const [url, perSecond] = process.argv.slice(2);
// Not an argument: everybody on the machine could read it.
const token = process.env["API_TOKEN"];
if (url === undefined || perSecond === undefined) throw new Error("usage: loop.ts <url> <requests per second>");

/** Longer than any page takes; what hangs is a failure, too. */
const patience = 10_000;

async function ask(target: string): Promise<void> {
  const started = Date.now();
  // With a cookie the answer is CKAN's own, not one that strangers share.
  const headers = { connection: "close", cookie: "faults=1", ...(token !== undefined && { authorization: token }) };
  const outcome = await fetch(target, { headers, signal: AbortSignal.timeout(patience) }).then(
    async (response) => {
      await response.arrayBuffer();
      return String(response.status);
    },
    (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name,
  );
  process.stdout.write(`${started} ${Date.now() - started} ${outcome}\n`);
}

const timer = setInterval(() => void ask(url), 1000 / Number(perSecond));
// What is on its way may end.
process.on("SIGTERM", () => clearInterval(timer));
