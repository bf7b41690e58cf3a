/** An existing bucket behind any S3 endpoint that both pods and browsers reach. */
import * as pulumi from "@pulumi/pulumi";
import { type Arguments, checked } from "../../config/arguments.ts";
import { toNetworks } from "../kubernetes/network.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { ObjectStore } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import { s3Settings } from "./settings.ts";

export interface S3StorageArgs extends SecretPartArgs {
  /** The bucket, with a key for it. */
  readonly server: Arguments<typeof s3Settings>;
}

export class S3Storage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: S3StorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(s3Settings, args.server, `${name}.server`);
    super("ckan:index:S3Storage", name, {}, opts);
    const { namespace, instance, credentials } = args;
    const { endpoint, region, bucket, accessKey, secretKey, networks } = settings;
    const url = new URL(endpoint);
    const protocol = url.protocol === "http:" ? "http" : "https";
    const port = url.port === "" ? (protocol === "http" ? 80 : 443) : Number(url.port);

    const key = credentialsSecret(
      `${name}-key`,
      {
        namespace,
        identity: { instance, component: "files", software: "s3" },
        credentials,
        data: { "access-key": accessKey, "secret-key": secretKey },
      },
      { parent: this },
    );
    this.store = {
      protocol,
      host: url.hostname,
      port,
      region,
      bucket,
      accessKey: key["access-key"],
      secretKey: key["secret-key"],
      reachableByBrowsers: true,
      access: toNetworks(networks, port),
    };
    this.registerOutputs();
  }
}
