/** Previews made by hand, in the shape of the engine's. */
import { type Change, changesOf } from "../../review/changes.ts";
import { parsePreview } from "../../review/preview.ts";

export const siteUrn = (name = "opendata") => `urn:pulumi:prod::ckan::ckan:index:CkanStack::${name}`;

interface State {
  readonly inputs?: object;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

interface StepOptions {
  readonly op?: string;
  readonly old?: State | undefined;
  readonly next?: State | undefined;
  /** Component below the site. @default CkanWeb */
  readonly component?: string;
  /** Name of the component. @default opendata-web */
  readonly part?: string;
  readonly name?: string;
  readonly detailedDiff?: object;
}

/** A step about an object of a part of the site opendata. */
export function step(type: string, options: StepOptions = {}): object {
  const { op = "update", old, next, component = "CkanWeb", part = "opendata-web", name = part, detailedDiff } = options;
  const types = `ckan:index:CkanStack$ckan:index:${component}`;
  const state = (given: State | undefined) =>
    given && {
      type,
      custom: true,
      parent: `urn:pulumi:prod::ckan::${types}::${part}`,
      inputs: {},
      ...given,
    };
  return {
    op,
    urn: `urn:pulumi:prod::ckan::${types}$${type}::${name}`,
    ...(old && { oldState: state(old) }),
    ...(next && { newState: state(next) }),
    detailedDiff: detailedDiff ?? null,
  };
}

/** The site itself is created or deleted. */
export function siteStep(op: "create" | "delete", name = "opendata"): object {
  const state = { type: "ckan:index:CkanStack", custom: false };
  return { op, urn: siteUrn(name), ...(op === "create" ? { newState: state } : { oldState: state }) };
}

export function previewText(steps: readonly object[], rest: object = {}): string {
  return JSON.stringify({ config: {}, steps, ...rest });
}

export function changes(...steps: readonly object[]): readonly Change[] {
  return changesOf(parsePreview(previewText(steps)));
}

/** The one change that these steps are. */
export function change(...steps: readonly object[]): Change {
  const [first, ...more] = changes(...steps);
  if (first === undefined || more.length > 0) throw new Error(`expected one change, got ${more.length + 1}`);
  return first;
}
