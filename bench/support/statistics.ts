/** Medians and ratios of repeated measurements. */

/** The middle value; between the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no measurement");
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * How many times as large ours are as theirs: the median over pairs that were measured one right after the other, so that
 * whatever else the machine does meanwhile weighs on both.
 */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} measurements against ${theirs.length}`);
  return median(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
}

/** Measures both sides `rounds` times in turn; each goes first in every other round. */
export async function inTurn<T>(
  rounds: number,
  ours: () => Promise<T> | T,
  theirs: () => Promise<T> | T,
): Promise<{ readonly ours: readonly T[]; readonly theirs: readonly T[] }> {
  const results = { ours: [] as T[], theirs: [] as T[] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) results.ours.push(await ours());
    results.theirs.push(await theirs());
    if (round % 2 === 1) results.ours.push(await ours());
  }
  return results;
}
