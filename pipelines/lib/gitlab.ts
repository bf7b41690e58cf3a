/** Notes and issues on GitLab, through its REST API v4. */
import type { Forge, Issues, Notes } from "./forge.ts";
import { type Api, Method, send, sendForAll } from "./http.ts";

export interface GitlabArgs {
  /** Such as https://gitlab.com/api/v4. */
  readonly url: string;
  /** Number of the project. */
  readonly project: string;
  /** A project access token with the scope `api`: a job's own token cannot write notes. */
  readonly token: string;
  /** Account that the token belongs to. @default queried */
  readonly author?: string | undefined;
  readonly pause?: number | undefined;
}

/** The fields used of a note. */
interface NoteEntry {
  readonly id: number;
  readonly body: string;
  readonly author: { readonly username: string };
}

/** The fields used of an issue. */
interface IssueEntry {
  readonly iid: number;
  readonly description: string | null;
  readonly author: { readonly username: string };
}

export function gitlab({ url, project, token, author, pause }: GitlabArgs): Forge {
  const rights = "the scope api and the role Reporter or above";
  const api: Api = { url, headers: { "private-token": token }, rights, pause };
  const root = `/projects/${encodeURIComponent(project)}`;
  const me = async () => author ?? ((await send(api, Method.Get, "/user")) as { readonly username: string }).username;
  const own = async <T extends { readonly author: { readonly username: string } }>(path: string) => {
    const username = await me();
    return ((await sendForAll(api, path)) as readonly T[]).filter((entry) => entry.author.username === username);
  };
  return {
    comments: (change) => comments(api, `${root}/merge_requests/${change}/notes`, own),
    issues: (label, title) => issues(api, `${root}/issues`, label, title, own),
  };
}

type Own = <T extends { readonly author: { readonly username: string } }>(path: string) => Promise<readonly T[]>;

function comments(api: Api, path: string, own: Own): Notes {
  return {
    list: () => own<NoteEntry>(`${path}?per_page=100&sort=asc&order_by=created_at`),
    create: async (body) => void (await send(api, Method.Post, path, { body })),
    update: async (id, body) => void (await send(api, Method.Put, `${path}/${id}`, { body })),
  };
}

function issues(api: Api, path: string, label: string, title: string, own: Own): Issues {
  return {
    list: async () => {
      const found = await own<IssueEntry>(`${path}?state=opened&labels=${encodeURIComponent(label)}&per_page=100`);
      return found.map(({ iid, description }) => ({ id: iid, body: description ?? "" }));
    },
    create: async (body) => void (await send(api, Method.Post, path, { title, description: body, labels: label })),
    update: async (id, body) => void (await send(api, Method.Put, `${path}/${id}`, { description: body })),
    close: async (id, comment) => {
      await send(api, Method.Put, `${path}/${id}`, { state_event: "close" });
      await send(api, Method.Post, `${path}/${id}/notes`, { body: comment });
    },
  };
}
