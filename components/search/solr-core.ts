/** The search core of one instance: its own Solr, or a core on one that exists. */
import * as pulumi from "@pulumi/pulumi";
import { checked } from "../../config/arguments.ts";
import type { Credentials } from "../site/credentials.ts";
import type { SearchEndpoint } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { declareExternal } from "./external.ts";
import { declareInCluster } from "./in-cluster.ts";
import { type SearchArgs, type SearchSettings, searchSettings } from "./settings.ts";

export interface SolrCoreArgs extends PartArgs {
  /** Where the core lives. */
  readonly server: SearchArgs;
  /** Names the Secret with the password of a server's `user`: needed beside it. @default none */
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
