/** Makes foreign text safe for a terminal: API servers, clouds and pods may print anything, including the credentials they were sent. */

/** Longest foreign text in one cell of the table. */
const longest = 300;

/** One line, without control sequences and credentials. */
export function plain(text: string): string {
  return (
    text
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
      .replaceAll(/\b(Bearer|Basic)(?:\s|%20|[:="'])+[^\s"',;]+/gi, "$1 [masked]")
      .replaceAll(/("\w*(?:token|password|secret)"\s*:\s*")[^"]*/gi, "$1[masked]")
      // A JSON Web Token is recognisable: its header in Base64 begins like this.
      .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w-]+)*/g, "[masked]")
      .trim()
  );
}

/** The same, truncated for a table. */
export function excerpt(text: string): string {
  // By code points: half a character would be invalid.
  const characters = [...plain(text)];
  return characters.length <= longest ? characters.join("") : `${characters.slice(0, longest - 1).join("")}…`;
}
