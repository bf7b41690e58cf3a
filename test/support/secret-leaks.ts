/** What a hunt for secrets looks for: each secret in every spelling that a program might give it. */

/** A secret by what it is for. Its value stays in memory: what is found is reported by purpose and spelling. */
export interface KnownSecret {
  readonly purpose: string;
  readonly value: string;
}

export interface Spelling {
  readonly purpose: string;
  /** How it is written, such as `base64`. */
  readonly form: string;
  readonly text: string;
}

/** Without spellings that are the same as another of the same secret: most values need no escaping anywhere. */
export function spellings(known: readonly KnownSecret[]): readonly Spelling[] {
  return known.flatMap(({ purpose, value }) => {
    const forms = new Map<string, string>(
      [
        [value, "as it is"],
        [encodeURIComponent(value), "for URLs"],
        [JSON.stringify(value).slice(1, -1), "in JSON"],
        ...[0, 1, 2].map((offset) => [base64(value, offset), "in base64"] as const),
        ...[0, 1, 2].map((offset) => [urlSafe(base64(value, offset)), "in base64 for URLs"] as const),
      ].reverse() as [string, string][],
    );
    return [...forms].map(([text, form]) => ({ purpose, form, text }));
  });
}

/**
 * The characters that are the same in the base64 of every text with the value `offset` bytes (modulo three) after its beginning:
 * so a value is found in the encoded text around it. Its own base64 is offset 0, but for the end, which depends on what follows.
 */
function base64(value: string, offset: number): string {
  const padded = Buffer.from(`${"\0".repeat(offset)}${value}`);
  const whole = padded.length - (padded.length % 3);
  return padded.subarray(0, whole).toString("base64").slice([0, 2, 3][offset]);
}

function urlSafe(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

/** Purposes and spellings that a text holds. */
export function found(text: string, sought: readonly Spelling[]): readonly string[] {
  return [...new Set(sought.filter((each) => text.includes(each.text)).map(title))].sort();
}

export function title({ purpose, form }: Spelling): string {
  return `${purpose} ${form}`;
}
