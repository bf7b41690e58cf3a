/** What an exposure is told. */
import type { PartArgs } from "../site/part.ts";
import type { Backend } from "./objects.ts";
import type { ExposureArgs } from "./settings.ts";

export interface CkanExposureArgs extends PartArgs {
  /** Name under which people reach the site. */
  readonly host: string;
  /** Further names under which the site answers. @default none */
  readonly aliases?: readonly string[] | undefined;
  /** The web Service. */
  readonly backend: Backend;
  readonly exposure: ExposureArgs;
  /** Seconds for which CKAN may be silent. OpenShift's router gives up a little later; its default is 30. */
  readonly answerSeconds: number;
  /** Seconds for which a web pod that has to go takes requests on. */
  readonly drainSeconds: number;
  /** Largest resource that may be uploaded, in megabytes. */
  readonly maximumUploadMegabytes: number;
}

/** The host first. */
export function hostsOf({ host, aliases = [] }: CkanExposureArgs): readonly string[] {
  return [host, ...aliases];
}
