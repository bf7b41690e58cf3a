/** The search core of one instance: on a Solr of its own, or on an existing one. */
import * as pulumi from "@pulumi/pulumi";
import { checked } from "../../config/arguments.ts";
import type { Credentials } from "../site/credentials.ts";
import type { SearchEndpoint } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { declareExternal } from "./external.ts";
import { declareInCluster } from "./in-cluster.ts";
import { type SearchArgs, type SearchSettings, searchSettings } from "./settings.ts";

export interface SolrCoreArgs extends PartArgs {
  /** Server that holds the core. */
  readonly server: SearchArgs;
  /** Names the Secret with the password; required when the server has a `user`. @default none */
  readonly credentials?: Credentials | undefined;
}

export class SolrCore extends pulumi.ComponentResource {
  readonly endpoint: SearchEndpoint;

  constructor(name: string, args: SolrCoreArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(searchSettings, args.server, `${name}.server`);
    super("ckan:index:SolrCore", name, {}, opts);
    this.endpoint = declare(name, args, settings, { parent: this });
    this.registerOutputs();
  }
}

function declare(
  name: string,
  args: SolrCoreArgs,
  settings: SearchSettings,
  options: pulumi.CustomResourceOptions,
): SearchEndpoint {
  switch (settings.kind) {
    case "in-cluster":
      return declareInCluster(name, args, settings, options);
    case "external":
      return declareExternal(name, args, settings, options);
  }
}
