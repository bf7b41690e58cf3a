/** A bucket that exists behind any S3 endpoint which pods and browsers both reach. */
import * as pulumi from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { ObjectStore } from "../site/endpoints.ts";

export interface S3StorageArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  /** URL of the endpoint, such as https://s3.example.org. Browsers are sent there with signed links. */
  readonly endpoint: string;
  /** @default us-east-1 */
  readonly region?: string;
  readonly bucket: string;
  readonly accessKey: pulumi.Input<string>;
  readonly secretKey: pulumi.Input<string>;
  /** IPv4 networks that hold the endpoint, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export class S3Storage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: S3StorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:S3Storage", name, {}, opts);
    const { credentials, namespace, networks = ["0.0.0.0/0"] } = args;
    const url = new URL(args.endpoint);
    const protocol = url.protocol === "http:" ? "http" : "https";
    const port = url.port === "" ? (protocol === "http" ? 80 : 443) : Number(url.port);

    const key = credentialsSecret(
      `${name}-key`,
      {
        namespace,
        identity: { instance: credentials.instance, component: "files", software: "s3" },
        credentials,
        data: { "access-key": args.accessKey, "secret-key": args.secretKey },
      },
      { parent: this },
    );
    this.store = {
      protocol,
      host: url.hostname,
      port,
      region: args.region ?? "us-east-1",
      bucket: args.bucket,
      accessKey: key["access-key"],
      secretKey: key["secret-key"],
      reachableByBrowsers: true,
      access: toNetworks(networks, port),
    };
    this.registerOutputs();
  }
}
