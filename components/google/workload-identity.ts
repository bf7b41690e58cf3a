/** Google service accounts, and pods that act as one without a key: Workload Identity Federation for GKE. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { serviceAccount } from "../sdk.ts";

export interface GoogleAccountArgs {
  readonly identity: Identity;
  /** Google Cloud project of the account; if pods act as the account, the cluster's project too. */
  readonly project: string;
  /** Id of the account: 6 to 30 lower-case letters, digits and hyphens, unique in its project. */
  readonly account: string;
}

export interface GoogleIdentityArgs extends GoogleAccountArgs {
  readonly namespace: pulumi.Input<string>;
}

export interface GoogleAccount {
  /** E-mail address of the account. */
  readonly email: pulumi.Output<string>;
  /** The account as an IAM member. */
  readonly member: pulumi.Output<string>;
}

export interface GoogleIdentity extends GoogleAccount {
  /** Name of the pods' Kubernetes service account. */
  readonly serviceAccount: pulumi.Output<string>;
}

/** A Google service account that no pod acts as. */
export function googleAccount(
  name: string,
  { identity, project, account }: GoogleAccountArgs,
  options: pulumi.CustomResourceOptions,
) {
  const displayName = `CKAN ${identity.instance}: ${identity.component}`;
  return new (serviceAccount().Account)(name, { project, accountId: account, displayName }, options);
}

/** A Google service account, and a Kubernetes service account whose pods act as it. */
export function googleIdentity(
  name: string,
  args: GoogleIdentityArgs,
  options: pulumi.CustomResourceOptions,
): GoogleIdentity {
  const { namespace, identity, project } = args;
  const google = googleAccount(name, args, options);
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
  new (serviceAccount().IAMMember)(
    name,
    { serviceAccountId: google.name, role: "roles/iam.workloadIdentityUser", member: subject },
    options,
  );
  return { serviceAccount: own.metadata.name, email: google.email, member: google.member };
}
