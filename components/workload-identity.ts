/** Identities that pods have at Google Cloud without any key: Workload Identity Federation for GKE. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, labels } from "./manifests/labels.ts";
import { objectMetadata } from "./manifests/metadata.ts";
import { serviceAccount } from "./sdk.ts";

export interface GoogleIdentityArgs {
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  /** Google Cloud project of the cluster and of the account. */
  readonly project: string;
  /** Id of the account: 6 to 30 lower-case letters, digits and hyphens, once in its project. */
  readonly account: string;
}

export interface GoogleIdentity {
  /** Name of the Kubernetes service account that pods run under. */
  readonly serviceAccount: pulumi.Output<string>;
  /** E-mail address of the account at Google. */
  readonly email: pulumi.Output<string>;
  /** The account as IAM names it. */
  readonly member: pulumi.Output<string>;
}

/** An account at Google, and a service account of Kubernetes whose pods act as it. */
export function googleIdentity(
  name: string,
  { namespace, identity, project, account }: GoogleIdentityArgs,
  options: pulumi.CustomResourceOptions,
): GoogleIdentity {
  const sdk = serviceAccount();
  const google = new sdk.Account(
    name,
    { project, accountId: account, displayName: `CKAN ${identity.instance}: ${identity.component}` },
    options,
  );
  const own = new kubernetes.core.v1.ServiceAccount(
    name,
    {
      metadata: objectMetadata({
        name,
        namespace,
        labels: labels(identity),
        annotations: { "iam.gke.io/gcp-service-account": google.email },
      }),
      automountServiceAccountToken: false,
    },
    options,
  );
  const subject = pulumi.interpolate`serviceAccount:${project}.svc.id.goog[${namespace}/${own.metadata.name}]`;
  new sdk.IAMMember(
    name,
    { serviceAccountId: google.name, role: "roles/iam.workloadIdentityUser", member: subject },
    options,
  );
  return { serviceAccount: own.metadata.name, email: google.email, member: google.member };
}
