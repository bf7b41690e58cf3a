/** Metrics of the job queue: an exporter that tells Prometheus how long each list of waiting jobs is. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { declareDeployment } from "../../../components/kubernetes/declare/deployment.ts";
import { imageVersion } from "../../../components/kubernetes/labels.ts";
import { fromNamespace } from "../../../components/kubernetes/network.ts";
import { http, probes } from "../../../components/kubernetes/probes.ts";
import type { EnvironmentVariable, QueueEndpoint } from "../../../components/site/endpoints.ts";
import type { PartArgs } from "../../../components/site/part.ts";
import { checked } from "../../../config/arguments.ts";
import { type MetricsArgs, metricsSettings } from "./settings.ts";

const port = 9121;

export interface QueueMetricsArgs extends PartArgs {
  /** The exporter that is declared. */
  readonly server: MetricsArgs;
  /** The queue that it measures. */
  readonly queue: QueueEndpoint;
  /** Keys of the lists that hold waiting jobs. */
  readonly lists: readonly string[];
}

export class QueueMetrics extends pulumi.ComponentResource {
  constructor(name: string, args: QueueMetricsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { image, prometheusNamespace, resources } = checked(metricsSettings, args.server, `${name}.server`);
    super("ckan:index:QueueMetrics", name, {}, opts);
    const { namespace, instance, queue } = args;
    const { deployment, metadata, pods } = declareDeployment(
      name,
      {
        namespace,
        pod: {
          identity: { instance, component: "queue-metrics", software: "redis-exporter", version: imageVersion(image) },
          image,
          environment: environment(args),
          ports: { metrics: port },
          probes: probes({ ready: http("/health", port), alive: http("/health", port) }),
          resources,
          // By this label the queue's own network policy lets the pod in.
          clientLabels: queue.access.clientLabels,
          settings: args.pods,
        },
        from: [fromNamespace(prometheusNamespace, port)],
        to: [queue.access],
      },
      { parent: this },
    );
    new kubernetes.core.v1.Service(
      name,
      { metadata, spec: { selector: pods, ports: [{ name: "metrics", port, targetPort: port, protocol: "TCP" }] } },
      { parent: this, dependsOn: [deployment] },
    );
    this.registerOutputs();
  }
}

/** Settings of redis_exporter. The password stays a reference to the queue's Secret. */
function environment({ queue, lists }: QueueMetricsArgs): readonly EnvironmentVariable[] {
  const { tls = "disable", host, user } = queue;
  const protocol = tls === "disable" ? "redis" : "rediss";
  return [
    { name: "REDIS_ADDR", value: pulumi.interpolate`${protocol}://${host}:${queue.port}` },
    ...(user === undefined ? [] : [{ name: "REDIS_USER", value: user.name }]),
    { name: "REDIS_PASSWORD", secret: queue.password },
    { name: "REDIS_EXPORTER_CHECK_SINGLE_KEYS", value: lists.map((list) => `db${queue.index}=${list}`).join() },
  ];
}
