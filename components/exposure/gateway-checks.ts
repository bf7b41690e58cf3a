/** Checks of a Gateway's settings against its class. */

import type { Mistake } from "../../config/mistakes.ts";
import type { StackSettings } from "../site/settings.ts";
import { googleClasses, internalGoogleClass, isGoogle } from "./gke.ts";

type KeyOf = (key: string) => string;

export function gatewayMistakes({ exposure, web }: StackSettings, at: KeyOf): readonly Mistake[] {
  if (exposure.kind !== "gateway" && exposure.kind !== "shared-gateway") return [];
  const { className } = exposure;
  return isGoogle(className)
    ? [...googleMistakes(exposure, className, at), ...addressMistakes(exposure, web.trustedProxies, at)]
    : otherMistakes(exposure, web.answerSeconds, at);
}

type Gateway = Extract<StackSettings["exposure"], { kind: "gateway" | "shared-gateway" }>;

/** Settings that only Google's load balancer reads, and those that it ignores. */
function otherMistakes({ google, requestSeconds }: Gateway, answerSeconds: number, at: KeyOf): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  if (google !== undefined) {
    const expected = `expected nothing here unless exposure.className is one of GKE's: ${googleClasses.join(", ")}`;
    mistakes.push({ key: at("exposure.google"), expected, found: google });
  }
  // nginx waits 10 s longer than CKAN may be silent; the rest is time for nginx's own response to arrive.
  const least = answerSeconds + 15;
  if (requestSeconds !== undefined && requestSeconds !== 0 && requestSeconds < least) {
    const expected = `expected 0, or at least ${least}: 15 more than web.answerSeconds, so that visitors get the site's own answer`;
    mistakes.push({ key: at("exposure.requestSeconds"), expected, found: requestSeconds });
  }
  return mistakes;
}

function googleMistakes(exposure: Gateway, className: string, at: KeyOf): readonly Mistake[] {
  const { google, requestSeconds } = exposure;
  const mistakes: Mistake[] = [];
  const classes: readonly string[] = googleClasses;
  if (!classes.includes(className)) {
    mistakes.push({
      key: at("exposure.className"),
      expected: className.endsWith("-mc")
        ? `expected a class for one cluster: ${classes.join(", ")}; this one leads to ServiceImports of several`
        : `expected one of GKE's classes: ${classes.join(", ")}`,
      found: className,
    });
  }
  if (requestSeconds !== undefined) {
    mistakes.push({
      key: at("exposure.requestSeconds"),
      expected: "expected nothing here: GKE refuses routes with it, and the program gives its limit another way",
      found: requestSeconds,
    });
  }
  if (google !== undefined && "globalAccess" in google && google.globalAccess && className !== internalGoogleClass) {
    mistakes.push({
      key: at("exposure.google.globalAccess"),
      expected: `expected nothing here: only ${internalGoogleClass} is closed to other regions`,
      found: google.globalAccess,
    });
  }
  return mistakes;
}

/**
 * X-Forwarded-For ends with the visitor and the load balancer (cloud.google.com/load-balancing/docs/https#x-forwarded-for_header). An
 * internal load balancer has an address of the VPC, which a network in trustedProxies may cover.
 */
function addressMistakes(exposure: Gateway, trustedProxies: readonly string[], at: KeyOf): readonly Mistake[] {
  if (exposure.kind !== "gateway" || exposure.className === internalGoogleClass) return [];
  if (trustedProxies.length === 0 || exposure.google?.address !== undefined) return [];
  return [
    {
      key: at("exposure.google.address"),
      expected:
        "expected the name of a reserved address such as data-example-org, and the address itself in web.trustedProxies: Google's " +
        "load balancer adds its own to X-Forwarded-For, so that otherwise all visitors count as one",
      found: undefined,
    },
  ];
}
