/** A comment or issue that is found by its hidden marker and replaced instead of repeated. */
import type { Issues, Note, Notes } from "./forge.ts";
import { UncertainError } from "./http.ts";

/** What happened to a text. */
export const Written = { Created: "created", Updated: "updated", Unchanged: "unchanged" } as const;
export type Written = (typeof Written)[keyof typeof Written];

const looks = 3;

/** Replaces the text with the marker, or writes a new one. An unchanged text is not written, so nobody is notified. */
export async function upsert(notes: Notes, marker: string, text: string): Promise<Written> {
  const body = marked(marker, text);
  for (let look = 1; ; look++) {
    const own = await find(notes, marker);
    if (own !== undefined && plain(own.body) === plain(body)) return look === 1 ? Written.Unchanged : Written.Created;
    if (own !== undefined) {
      await notes.update(own.id, body);
      return Written.Updated;
    }
    try {
      await notes.create(body);
      return Written.Created;
    } catch (error) {
      // It may have been written anyway: the next look finds it, so that there are never two.
      if (!(error instanceof UncertainError) || look === looks) throw error;
    }
  }
}

/** Closes the issue with the marker; false when there is none. */
export async function closeMarked(issues: Issues, marker: string, comment: string): Promise<boolean> {
  const own = await find(issues, marker);
  if (own === undefined) return false;
  await issues.close(own.id, comment);
  return true;
}

/** The oldest match, so that every run finds the same one. Quoted markers do not match: they start with another character. */
async function find(notes: Notes, marker: string): Promise<Note | undefined> {
  const own = (await notes.list()).filter(({ body }) => body.startsWith(marker));
  return own.toSorted((one, other) => one.id - other.id)[0];
}

export function marked(marker: string, text: string): string {
  return text.startsWith(marker) ? text : `${marker}\n${text}`;
}

/** Forges trim texts and may change line endings. */
function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}
