/** The least that a program of this kind can be: it loads Pulumi and the Kubernetes SDK, and declares nothing. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

console.log(typeof kubernetes.Provider, typeof pulumi.Config);
