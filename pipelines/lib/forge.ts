/** What pipelines ask of the place where code is reviewed: notes on a change, and issues. */

export interface Note {
  readonly id: number;
  readonly body: string;
}

/** Notes of one place that the pipeline itself wrote; what others write there is not among them. */
export interface Notes {
  list(): Promise<readonly Note[]>;
  create(body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
}

/** Open issues with one label. */
export interface Issues extends Notes {
  /** Closes an issue, with a last comment. */
  close(id: number, comment: string): Promise<void>;
}

export interface Forge {
  /** Comments on a pull or merge request. */
  readonly comments: (change: number) => Notes;
  readonly issues: (label: string, title: string) => Issues;
}
