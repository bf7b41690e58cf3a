/** The components that other programs import. */

export { CkanBootstrap, type CkanBootstrapArgs } from "./bootstrap/ckan-bootstrap.ts";
export { CkanConfiguration, type CkanConfigurationArgs } from "./configuration/ckan-configuration.ts";
export { PostgresDb, type PostgresDbArgs } from "./database/postgres-db.ts";
export type { DatabaseArgs } from "./database/settings.ts";
export {
  type CloudflareSite,
  CloudflareZone,
  type CloudflareZoneArgs,
  OwnedRuleset,
  type ZoneRecord,
} from "./dns/cloudflare-zone.ts";
export type { EgressArgs } from "./egress/settings.ts";
export { type Address, parseAddress } from "./exposure/address.ts";
export type { CkanExposureArgs } from "./exposure/arguments.ts";
export { CkanExposure } from "./exposure/ckan-exposure.ts";
export type { ExposureArgs } from "./exposure/settings.ts";
export { GcsStorage, type GcsStorageArgs } from "./files/gcs-storage.ts";
export { MinioStorage, type MinioStorageArgs } from "./files/minio-storage.ts";
export { S3Storage, type S3StorageArgs } from "./files/s3-storage.ts";
export type { FilesArgs } from "./files/settings.ts";
export { Protection } from "./kubernetes/durability.ts";
export { type PodSettings, PodUser } from "./kubernetes/pod.ts";
export type { PodOptions, SitePodOptions, Toleration } from "./kubernetes/pod-options.ts";
export { DataPusher, type DataPusherArgs } from "./loader/data-pusher.ts";
export type { LoaderArgs } from "./loader/settings.ts";
export type { MailArgs } from "./mail/settings.ts";
export { RedisQueue, type RedisQueueArgs } from "./queue/redis-queue.ts";
export type { QueueArgs } from "./queue/settings.ts";
export { XLoaderRecovery, type XLoaderRecoveryArgs } from "./recovery/xloader-recovery.ts";
export type { Registry } from "./registries/registries.ts";
export type { SearchArgs } from "./search/settings.ts";
export { SolrCore, type SolrCoreArgs } from "./search/solr-core.ts";
export type { CkanStackArgs } from "./site/arguments.ts";
export { CkanStack } from "./site/ckan-stack.ts";
export { Credential, Credentials, type CredentialsArgs } from "./site/credentials.ts";
export type * from "./site/endpoints.ts";
export { Purpose } from "./site/purposes.ts";
export { CkanWeb, type CkanWebArgs } from "./web/ckan-web.ts";
export type { Maintenance } from "./web/closed.conf.ts";
export { CspMode } from "./web/headers.ts";
export type { ProxyLimits } from "./web/limits.ts";
export type { WebArgs } from "./web/settings.ts";
export type { WorkerArgs, WorkerScaling } from "./worker/settings.ts";
export { XLoaderWorker, type XLoaderWorkerArgs } from "./worker/xloader-worker.ts";
