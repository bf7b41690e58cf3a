/** Arguments of an exposure. */
import type { PartArgs } from "../site/part.ts";
import type { Backend } from "./objects.ts";
import type { ExposureArgs } from "./settings.ts";

export interface CkanExposureArgs extends PartArgs {
  /** Host name of the site. */
  readonly host: string;
  /** Further host names of the site. @default none */
  readonly aliases?: readonly string[] | undefined;
  /** The web Service. */
  readonly backend: Backend;
  readonly exposure: ExposureArgs;
  /** Seconds for which CKAN may send nothing. OpenShift's router waits a little longer; its own default is 30. */
  readonly answerSeconds: number;
  /** Seconds for which a terminating web pod still accepts requests. */
  readonly drainSeconds: number;
  /** Largest resource that may be uploaded, in megabytes. */
  readonly maximumUploadMegabytes: number;
}

/** The host first. */
export function hostsOf({ host, aliases = [] }: CkanExposureArgs): readonly string[] {
  return [host, ...aliases];
}
