/** Kubernetes quantities as numbers. */

const pattern = /^(\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/;
const multipliers: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Value of a quantity: bytes for memory and storage, cores for CPU. NaN for anything else. */
export function quantityValue(quantity: string): number {
  const [, digits, suffix] = pattern.exec(quantity) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * (suffix === undefined ? 1 : (multipliers[suffix] ?? 1));
}
