/** What peers say, as a terminal may have it: API servers, clouds and pods may say anything, and some repeat what they were asked with. */

/** Longest text of a peer's in one cell of the table. */
const longest = 300;

/** In one line, without what a terminal would obey, and without credentials. */
export function plain(text: string): string {
  return (
    text
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
      .replaceAll(/\b(Bearer|Basic)(?:\s|%20|[:="'])+[^\s"',;]+/gi, "$1 [masked]")
      .replaceAll(/("\w*(?:token|password|secret)"\s*:\s*")[^"]*/gi, "$1[masked]")
      // A JSON Web Token says of itself what it is: this is how its header begins in Base64.
      .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w-]+)*/g, "[masked]")
      .trim()
  );
}

/** The same, cut: whatever more there is helps nobody who reads a table. */
export function excerpt(text: string): string {
  // By characters: half of one would be none.
  const characters = [...plain(text)];
  return characters.length <= longest ? characters.join("") : `${characters.slice(0, longest - 1).join("")}…`;
}
