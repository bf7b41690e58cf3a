/** The interface to a forge: comments on a change, and issues. */

export interface Note {
  readonly id: number;
  readonly body: string;
}

/** Comments in one place that the pipeline itself wrote; other authors' comments are excluded. */
export interface Notes {
  list(): Promise<readonly Note[]>;
  create(body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
}

/** Open issues with one label. */
export interface Issues extends Notes {
  /** Closes an issue with a final comment. */
  close(id: number, comment: string): Promise<void>;
}

export interface Forge {
  /** Comments on a pull or merge request. */
  readonly comments: (change: number) => Notes;
  readonly issues: (label: string, title: string) => Issues;
}
