/** Comments and issues on GitHub, through its REST API version 2022-11-28. */
import type { Forge, Issues, Note, Notes } from "./forge.ts";
import { type Api, Method, send, sendForAll } from "./http.ts";

export interface GithubArgs {
  /** Such as https://api.github.com. */
  readonly url: string;
  /** owner/name */
  readonly repository: string;
  readonly token: string;
  /** Account that the token belongs to. @default queried, which a workflow's own token may not do */
  readonly author?: string | undefined;
  readonly pause?: number | undefined;
}

/** The fields used of an issue or comment. */
interface Entry {
  readonly id: number;
  readonly number?: number;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  readonly pull_request?: object;
}

export function github({ url, repository, token, author, pause }: GithubArgs): Forge {
  const api: Api = {
    url,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "x-github-api-version": "2022-11-28",
    },
    rights: "pull-requests: write for the comment, issues: write for the drift issue",
    pause,
  };
  const me = async () => author ?? ((await send(api, Method.Get, "/user")) as { readonly login: string }).login;
  const own = async (path: string) => {
    const login = await me();
    return ((await sendForAll(api, path)) as readonly Entry[]).filter(({ user }) => user?.login === login);
  };
  const root = `/repos/${repository}`;
  return {
    comments: (change) => comments(api, `${root}/issues`, change, own),
    issues: (label, title) => issues(api, `${root}/issues`, label, title, own),
  };
}

type Own = (path: string) => Promise<readonly Entry[]>;

/** In GitHub's API, a pull request's comments belong to the issue of the same number. */
function comments(api: Api, path: string, change: number, own: Own): Notes {
  return {
    list: async () => (await own(`${path}/${change}/comments?per_page=100`)).map((entry) => note(entry.id, entry)),
    create: async (body) => void (await send(api, Method.Post, `${path}/${change}/comments`, { body })),
    update: async (id, body) => void (await send(api, Method.Patch, `${path}/comments/${id}`, { body })),
  };
}

function issues(api: Api, path: string, label: string, title: string, own: Own): Issues {
  return {
    list: async () => {
      const entries = await own(`${path}?state=open&labels=${encodeURIComponent(label)}&per_page=100`);
      return entries
        .filter((entry) => entry.pull_request === undefined)
        .flatMap((entry) => (entry.number === undefined ? [] : [note(entry.number, entry)]));
    },
    create: async (body) => void (await send(api, Method.Post, path, { title, body, labels: [label] })),
    update: async (id, body) => void (await send(api, Method.Patch, `${path}/${id}`, { body })),
    close: async (id, comment) => {
      await send(api, Method.Patch, `${path}/${id}`, { state: "closed", state_reason: "completed" });
      await send(api, Method.Post, `${path}/${id}/comments`, { body: comment });
    },
  };
}

function note(id: number, { body }: Entry): Note {
  return { id, body: body ?? "" };
}
