/** The job queue and cache of one instance: its own Redis or Valkey, or an index on an existing one. */
import * as pulumi from "@pulumi/pulumi";
import { checked } from "../../config/arguments.ts";
import type { QueueEndpoint } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import { declareExternal } from "./external.ts";
import { declareInCluster } from "./in-cluster.ts";
import { type QueueArgs, type QueueSettings, queueSettings } from "./settings.ts";

export interface RedisQueueArgs extends SecretPartArgs {
  /** Server that holds the queue. */
  readonly server: QueueArgs;
  /** Namespaces of autoscalers that query the number of waiting jobs. @default none */
  readonly autoscalers?: readonly string[] | undefined;
}

export class RedisQueue extends pulumi.ComponentResource {
  readonly endpoint: QueueEndpoint;

  constructor(name: string, args: RedisQueueArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(queueSettings, args.server, `${name}.server`);
    super("ckan:index:RedisQueue", name, {}, opts);
    this.endpoint = declare(name, args, settings, { parent: this });
    this.registerOutputs();
  }
}

function declare(
  name: string,
  args: RedisQueueArgs,
  settings: QueueSettings,
  options: pulumi.CustomResourceOptions,
): QueueEndpoint {
  switch (settings.kind) {
    case "in-cluster":
      return declareInCluster(name, args, settings, options);
    case "external":
      return declareExternal(name, args, settings, options);
  }
}
